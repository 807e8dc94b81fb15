"""How many tokens a text has.

Most services have no tokenizer to ask, so that tokens are estimated: about 4 characters a token in Latin script, 3 in
others, 4 more a message or call.  What a service counts afterwards teaches how far off the estimate is for a model.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.domain.tools import Function

TOKENS_A_MESSAGE = 4

# Below it the service's own additions weigh more than the text.
SMALLEST_LESSON = 50
# Once so many lessons were learned the newest weighs a tenth: a model may get another tokenizer under the same name.
MEMORY = 10
LEAST_RATIO, GREATEST_RATIO = 0.25, 4.0


def estimate_tokens(text: str) -> int:
    """About how many tokens ``text`` has; never 0 for a text."""
    if not text:
        return 0
    latin = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return max(1, -(-latin // 4) + -(-(len(text) - latin) // 3))


def estimate_functions(functions: Iterable[Function]) -> int:
    """About how many tokens the model is told ``functions`` with; the blanks of a schema are not sent."""
    return sum(
        TOKENS_A_MESSAGE
        + sum(map(estimate_tokens, (one.name, one.description, "".join(one.parameters.split()))))
        for one in functions
    )


@dataclass(frozen=True, slots=True)
class TokenRatio:
    """How many tokens a service counts where the estimate says one, as ``reports`` of it have taught."""

    value: float = 1.0
    reports: int = 0

    def after(self, estimated: int, counted: int) -> "TokenRatio":
        """The ratio when a prompt of ``estimated`` tokens was ``counted``; a small prompt teaches nothing."""
        if estimated < SMALLEST_LESSON or counted < 1:
            return self
        lesson = min(max(counted / estimated, LEAST_RATIO), GREATEST_RATIO)
        reports = self.reports + 1
        return TokenRatio(self.value + (lesson - self.value) / min(reports, MEMORY), reports)
