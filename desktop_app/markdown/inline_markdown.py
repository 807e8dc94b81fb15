"""Words with their spans as Markdown; whatever would turn into markup by itself is escaped, and little else."""

import itertools
import re
import unicodedata
from collections.abc import Sequence

from desktop_app.markdown.items import BOLD, CODE, HTML, IMAGE, ITALIC, LINE_BREAK, LINK, STRIKE, Span
from desktop_app.markdown.runs import Run, Wrapper, runs

_ESCAPED = r"\\\g<0>"

_MARKS = {BOLD: "**", ITALIC: "*", STRIKE: "~~"}

# What is special anywhere: an underscore inside a word and an asterisk among spaces are not.
_SPECIAL = r"""[\\`~$]
    | (?<!\ )\* | \*(?!\ )
    | (?<![^\W_])_ | _(?![^\W_])
    | <(?=[A-Za-z/!?])
    | &(?=\#?\w+;)
    | !(?=\[)
    """
_IN_TEXT = re.compile(_SPECIAL + r"| (?<=\u2028)\[ | \A\[(?!\^[^\]]+\](?:[^:]|:\ )) | \](?=\()", re.VERBOSE)
_IN_BRACKETS = re.compile(_SPECIAL + r"| [\[\]]", re.VERBOSE)
# What is special where a line begins.
_LINE_START = re.compile(
    r"""(?:\#{1,6}|[+*-])(?=\s|\Z)      # headings, list items, rules
    | >
    | (\d{1,9})(?=[.)](?:\s|\Z))        # numbers of list items
    | (?:=+|-+)(?=\Z)                   # underlines of headings
    | \[(?=[^\^\]][^\]]*\]:)            # definitions of links
    | [|:-](?=[|:\ -]*\Z)               # underlines of heads of tables""",
    re.VERBOSE,
)
_LONELY = "`~$"

_PLAIN_ADDRESS = re.compile(r"[^\s<>()\\&\x00-\x1f\x7f]+")
_IN_ADDRESS = re.compile(r"[\\<>]|&(?=#?\w+;)")
_AUTOLINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1f\x7f]*")
_TAG = re.compile(r"<[/!?A-Za-z][^:@>]*>")
_TICKS = re.compile("`+")


def inline(text: str, spans: Sequence[Span], *, is_one_line: bool = False) -> str:
    """Markdown of one paragraph, its lines divided by a line's end.

    ``is_one_line`` writes breaks as ``<br>``: headings and cells have one line.
    """
    written = _styled(text, spans) if spans else words(text, is_alone=True)
    if is_one_line:
        return written.replace(LINE_BREAK, "<br>").replace("\n", " ").strip(" \t")
    lines = [_safe_start(line.strip(" \t")) for line in written.split(LINE_BREAK)]
    return _joined(lines)


def words(text: str, *, is_alone: bool = False, in_brackets: bool = False) -> str:
    """``text`` as words, beside other markup of its paragraph or ``is_alone``, or ``in_brackets`` of a link."""
    if "\n" in text or "\r" in text:
        text = text.replace("\n", " ").replace("\r", " ")
    written = (_IN_BRACKETS if in_brackets else _IN_TEXT).sub(_ESCAPED, text)
    if is_alone:
        for mark in _LONELY:
            if text.count(mark) == 1:
                written = written.replace("\\" + mark, mark)
    return written


def address(target: str) -> str:
    """Where a link leads, as it stands in its parentheses."""
    return target if _PLAIN_ADDRESS.fullmatch(target) else f"<{_IN_ADDRESS.sub(_ESCAPED, target)}>"


def language(name: str) -> str:
    """The name of a code block's language, as it stands after its fence."""
    return _IN_ADDRESS.sub(_ESCAPED, name)


def _safe_start(line: str) -> str:
    special = _LINE_START.match(line)
    if special is None:
        return line
    place = special.end() if special[1] else 0
    return f"{line[:place]}\\{line[place:]}"


def _joined(lines: Sequence[str]) -> str:
    """Two spaces keep a break for every reader of Markdown; a tag keeps it where the lines would not be one text:
    blank ones, and such as begin a block of HTML.
    """
    written = lines[0]
    for before, line in itertools.pairwise(lines):
        is_alone = before is lines[0] and _TAG.fullmatch(before)
        is_kept = before and line and not is_alone and not _TAG.match(line)
        written += f"  \n{line}" if is_kept else f"<br>{line}"
    return written


# -- styled words


def _styled(text: str, spans: Sequence[Span]) -> str:
    out: list[str] = []
    found = _with_autolinks(runs(text, spans))
    is_linked = False
    for index, run in enumerate(found):
        for wrapper in run.closes:
            out.append(f"]({address(wrapper.target)})" if wrapper.style == LINK else _MARKS[wrapper.style])
            is_linked = is_linked and wrapper.style != LINK
        for wrapper in run.opens:
            out.append(_MARKS.get(wrapper.style, "["))
            is_linked = is_linked or wrapper.style == LINK
        if run.style:
            out.append(_leaf(run))
        elif run.text:
            out.append(_plain_run(found, index, is_linked))
    return "".join(out)


def _with_autolinks(found: list[Run]) -> list[Run]:
    """Links that show their own addresses become ``<address>``, which is shown as it stands."""
    for index in range(len(found) - 1):
        run, following = found[index], found[index + 1]
        if _is_own_address(run, following):
            found[index] = run._replace(text=f"<{run.text}>", style=HTML, opens=run.opens[:-1])
            found[index + 1] = following._replace(closes=following.closes[1:])
    return found


def _is_own_address(run: Run, following: Run) -> bool:
    if run.style or not run.opens or run.opens[-1].style != LINK or run.opens[-1:] != following.closes[:1]:
        return False
    target = run.opens[-1].target
    return target in (run.text, f"mailto:{run.text}") and bool(_AUTOLINK.fullmatch(target))


def _leaf(run: Run) -> str:
    """Code, a formula, a tag or an image."""
    if run.style & CODE:
        return _code(run.text)
    if run.style & IMAGE:
        return f"![{words(run.text, in_brackets=True)}]({address(run.target)})"
    return run.text.replace(LINE_BREAK, "\n")


def _code(text: str) -> str:
    longest = max(map(len, _TICKS.findall(text)), default=0)
    ticks = "`" * (1 if longest == 0 else longest + 1)
    is_padded = (
        text.startswith("`") or text.endswith("`") or (text[:1] == text[-1:] == " " and text.strip(" "))
    )
    return f"{ticks} {text} {ticks}" if is_padded else f"{ticks}{text}{ticks}"


def _plain_run(found: Sequence[Run], index: int, is_linked: bool) -> str:
    """A run's words; the characters at its edges as entities where marks beside them would not be marks."""
    run, following = found[index], found[index + 1]
    first, text, last = "", run.text, ""
    if _is_hidden(text[0], run.opens, run.closes[::-1], _last(found[index - 1])):
        first, text = _entity(text[0]), text[1:]
    if text and _is_hidden(text[-1], following.closes[::-1], following.opens, _first(following)):
        text, last = text[:-1], _entity(text[-1])
    written = words(text, in_brackets=is_linked)
    if written.endswith("!") and not last and following.opens[:1] and following.opens[0].style == LINK:
        written = written[:-1] + "\\!"
    return first + written + last


def _is_hidden(edge: str, around: Sequence[Wrapper], beside: Sequence[Wrapper], inside: str) -> bool:
    """Whether the character at a run's edge must not be seen as it is: a space at the edge of the marks ``around``
    it, or a letter outside the marks ``beside`` it, which have the character ``inside`` next to them.

    Wrappers come outermost first.
    """
    if edge.isspace():
        return any(wrapper.style != LINK for wrapper in around)
    is_beside = not around or _mark(around[0]) in map(_mark, beside[:1])
    return is_beside and _is_letter(edge) and _is_hard(beside, inside)


def _is_hard(marks: Sequence[Wrapper], inside: str) -> bool:
    """Whether ``marks``, outermost first, are no marks with a letter outside; ``inside`` is the character in them."""
    if not marks or marks[0].style == LINK:
        return False
    is_one_run = len({_mark(mark) for mark in marks}) == 1
    return not is_one_run or not _is_letter(inside)


def _mark(wrapper: Wrapper) -> str:
    """The character that its mark is made of."""
    return _MARKS.get(wrapper.style, "[")[0]


def _first(run: Run) -> str:
    return "`" if run.style else run.text[:1]


def _last(run: Run) -> str:
    return "`" if run.style else run.text[-1:]


def _is_letter(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character)[0] not in "PS"


def _entity(character: str) -> str:
    return "<br>" if character == LINE_BREAK else f"&#{ord(character)};"
