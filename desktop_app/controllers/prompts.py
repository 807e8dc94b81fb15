"""What a question sends, decided in one place for all who ask and for who tells it before.

The settings in effect are those of the assistant with the overrides of the run and with variables filled in; of the
thread what fits is sent, by an estimate of tokens that learns from what the service counts.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.counting import TokenRatio
from desktop_app.domain.errors import StoreError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import Cut, cut
from desktop_app.domain.threads import Message
from desktop_app.domain.tools import Function
from desktop_app.domain.variables import Surroundings, expand, values_for
from desktop_app.store.token_ratios import TokenRatioStore

log = logging.getLogger(__name__)

BARE = TokenRatio()


def local_now() -> datetime:
    """The user's own time."""
    return datetime.now().astimezone()


class Prompts:
    """Works on any loop; ``clock`` tells the user's own time.  A store that fails leaves the bare estimate."""

    def __init__(
        self,
        ratios: TokenRatioStore,
        surroundings: Surroundings,
        *,
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        self._ratios = ratios
        self._surroundings = surroundings
        self._clock = clock
        self._learned: dict[tuple[ConnectionId, str], TokenRatio] = {}

    def in_effect(
        self, settings: AssistantSettings, thread_name: str, overrides: RunOverrides | None = None
    ) -> AssistantSettings:
        """The settings of a run that begins now; no service is told of variables."""
        if overrides:
            settings = overrides.of(settings)
        values = values_for(
            self._clock(),
            self._surroundings,
            assistant=settings.name,
            model=settings.model,
            thread=thread_name,
        )
        return replace(settings, instruction=expand(settings.instruction, values))

    async def part(
        self, spoken: Sequence[Message], settings: AssistantSettings, functions: Sequence[Function]
    ) -> Cut:
        """The end of ``spoken`` that ``settings``, which are in effect, let the model see beside ``functions``."""
        learned = await self.ratio(settings.connection_id, settings.model)
        return cut(spoken, settings.truncation, settings.instruction, functions, learned.value)

    async def ratio(self, connection_id: ConnectionId | None, model: str) -> TokenRatio:
        """What the estimate of tokens has to be multiplied by; read once, and kept in memory."""
        if connection_id is None:
            return BARE
        key = (connection_id, model)
        if key not in self._learned:
            try:
                self._learned[key] = await self._ratios.ratio(connection_id, model)
            except StoreError:
                log.exception("what the estimate of tokens has learned could not be read")
                return BARE
        return self._learned[key]

    async def learn(self, connection_id: ConnectionId, model: str, estimated: int, counted: int) -> None:
        """Learn from a prompt of ``estimated`` tokens (``estimate_request``) that the service ``counted``."""
        try:
            self._learned[connection_id, model] = await self._ratios.learn(
                connection_id, model, estimated, counted
            )
        except StoreError:
            log.exception("what the estimate of tokens has learned could not be stored")
