"""Markdown to test and measure with: realistic documents, single huge blocks, and nasty ones."""

import random
from collections.abc import Callable

PROFILES = ("mixed", "fence", "paragraph", "list", "table", "plain", "emoji", "cyrillic", "quote", "deep")

_ENGLISH_TEXT = (
    "the stream of tokens arrives faster than any reader can follow so we paint once a frame and keep settled blocks "
    "final while the tail stays open for parser layout cache memory value result function widget thread signal"
)
_RUSSIAN_TEXT = (
    "поток слов приходит быстрее чем читатель успевает следить поэтому рисуем один раз за кадр и держим готовые "
    "блоки неизменными а хвост открыт для разбора и раскладки"
)
_ENGLISH, _RUSSIAN = _ENGLISH_TEXT.split(), _RUSSIAN_TEXT.split()
_EMOJI = ("😀", "🚀", "👩\u200d💻", "✅", "🔥", "🇫🇮", "❤️", "🧪", "📦", "🤖")
_CODE = {
    "python": (
        "def handler_{n}(request, *, timeout={n}.5):",
        '    """Return the {w} of {w}."""',
        "    if request.{w} is None:  # {w} {w}",
        '        raise ValueError(f"{w} {n}")',
        "    for item in range({n}):",
        "",
        "class {w}{n}(Base):",
        "\t{w} = {n}  # 0x{n}",
    ),
    "rust": (
        "fn {w}_{n}(x: u64) -> Result<u64, Error> {{",
        "    let {w} = x.checked_add({n}).ok_or(Error::{w})?;",
        "    /* {w} * {w} */",
        "    Ok({w})",
        "}}",
        "",
    ),
    "json": ("{{", '  "{w}": {n},', '  "{w}_{n}": ["{w}", true, null, {n}.25],', "}}"),
}

NASTY = (
    "Title\n===\n\nx\n",
    "Title\n---\n",
    "a\n#\nb\n",
    "a\n#tag b\n",
    "a\n***bold***\n",
    "a\n***\nb\n",
    "- a\n- b\n\n- c\n",
    "- a\n\n\n- b\npara\n",
    "- a\n  - b\n\n    c\n- d\n* e\n1. f\n2. g\n\n\n3. h\n4) i\n",
    "[foo] and [bar][foo]\n\nx\n\n[foo]: /u 't'\n\n[foo]: /second\n",
    "[foo]: /u\n\n[foo]\n\n[FOO]: /v\n",
    "[foo]:\n/u\n'a\nb'\n\n[foo] ![foo]\n",
    "[foo]: /u 'a\n\nb' [foo]\n",
    "[foo]: /u\n- x\n- y\n\n[foo]\n",
    "[foo]: /u\n-\n",
    "[foo]: /u\n1. x\n2. [foo]\n",
    "- [foo]: /u\n- b [foo]\n",
    "-   [foo]: /u\n    x\n\n    y\n",
    "> [foo]: /u\n\n[foo]\n",
    "![foo]\n\n![foo] x\n\n[foo]: /u.png 't'\n",
    "a | b\n--|--\n1 | 2\n3 | 4\n\nafter\n",
    "para\na | b\n--|--\n1 | 2\n",
    "para\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "x\na | b\n--|--x\n",
    "| a |\n|---|\n| `x|y` |\n| z\n> q\n",
    "| a | b |\n|---|:-:|\n| 1 |\n| 1 | 2 | 3 |\n# h\n",
    "- | a | b |\n  |---|---|\n  | 1<br>2 | [foo] |\n\n[foo]: /u\n",
    "~~~\ncode\n```\n~~~~\nx\n",
    "```py\nunclosed\n\nstill",
    "```\n```\n```\n\nx\n",
    "   ```\n     x\n  y\n   ```\nz\n",
    "1. a\n\n   ```\n   x\n\n   y\n   ```\n2. b\n",
    "- ```\n  x\n\n\n  y\n- b\n\n      code\n",
    "> ```\n> x\n>\n> y\nz\n",
    "> ```\n> x\n\n```\n> y\n```\n",
    "- a\n  > ```\n  > x\n  y\n",
    "    ind\n\n    more\n\nx\n",
    "    ```\n    x\n",
    "- a\n\n      code\n- b\n",
    "-     code\n\n  b\n",
    "> q\nlazy\n> > deep\n\nx\n",
    "> a\n>\n> b\n\n> c\n> - d\n>\n>   e\n> - f\n",
    "> - a\n> - b\nlazy\n> 1. c\n>\n> 2. d\n",
    "> > a\n> b\n>\n> c\n",
    "- > a\n- > b\n\n  c\n",
    "<div>\n\n*a*\n\n</div>\n",
    "<!-- a\n\nb -->\nx\n",
    "<pre>\n\n**x**\n</pre>\ny\n",
    "a <b>b</b><br>\nc<br/>d <!-- e\nf --> g\n",
    "- [ ] t\n- [x] u\n  - [ ] v\n\n  w\n",
    "1. [x] t\n\n2. u\n",
    "$$\na\n\nb\n$$\n",
    "$$\na = b\n$$\n\n$x$ costs $5 and $6\n",
    "a  \nb\\\nc\n",
    "*a\n\nb*\n",
    '**a `b** c` ~~d~~ [x](y "z") _e_\n',
    "- a\n -\n - c\n",
    "-\n\n  a\n- b\n",
    "-\n  a\n-\n- b\n",
    "1. x\n1. y\n- z\n",
    "- - a\n  - b\n- c\n",
    "- - - a\n\n    b\n\n  c\n",
    "* - + a\n    + b\n",
    "10. a\n11. b\n12. c\n",
    "-\ta\n\t- b\n\n\t\tc\n-\td\n",
    "1.\ta\n2.\tb\n\t- c\n\t- d\n",
    "- ```\n  a\n  ```\n\n- ```\n  b\n  ```\n",
    "- ```\n  ```\n\n- - a\n  - b\n- c",
    "- a\n- # b\n\n- c\n",
    "2)\n>#\n>x",
    "- ```\n  ```\n\n- b\n  ===\n\n- ***\n\nc\n",
    "[^1]:- a\n\t2)\nc\n",
    "[^1]:- a\n    > \n> x\n>  ",
    "[^1]:- a\nb\n    [^1]: c\n\nd\n",
    "- a\n- ***\n- # h\n  p\n",
    "# h #\n## h2\nx\n---\n---\n",
    '&amp; &copy; \\* [x](y "z") <http://a.b> <m@x.org>\n',
    "see https://a.b/c_(d). www.x.org, m@x.org «http://x.y/я»\n",
    "![img](u) **b *i* b**\n",
    "![img](u)\n\n[![](a/b.png)](v)\n\n![](c) d [](e)\n",
    "a [^1] b[^2]\n\n[^1]: words\n    more\n\n    para\nlazy\n[^2]: ```\n    x\n    ```\n\nend\n",
    "[^1]: - a\n    - b\n\n      c\n- d [^1]\n",
    "a\r\nb\r\n\r\n- c\r\n- d\r\n\r\n```\r\ne\r\n```\r\n",
    "a\rb\r\r# c\r",
    "a\0b\n\n```\n\0\n```\n",
    "a \ud83d\ude00 \udfff b\n\n\ud800\n",
    "😀 **b 👩\u200d💻** `🇫🇮`\n\n- ✅ a\n- 🔥 b\n",
    "\ufeffa\n\n\ufeff# b\n",
    "a\u2028b\u2029c\u00a0d\u3000e\n\n\u3000f\n",
    "\ta\n\tb\n\n \tc\n",
    "a\n\tb\n- c\n\td\n",
    "> \ta\n>\tb\n",
    "\f\n\v\n- a\n\f\n- b\n",
)
"""Small documents, each with something that a parser of growing text is likely to get wrong."""

_LINES = tuple(line for document in NASTY for line in document.split("\n"))
_MARKS = ("> ", "- ", "  ", "    ", "1. ", "* ", ">", "\t", "   ", "2) ", "  - ")


def make(size: int = 100_000, profile: str = "mixed", seed: int = 7) -> str:
    """A document of about ``size`` characters; ``profile`` is one of PROFILES."""
    r = random.Random(seed)
    if profile == "fence":
        return _code(r, size // 26, "python")[: size - 4] + "\n```\n"
    if profile == "paragraph":
        return _words(r, size // 4)[:size] + "\n"
    if profile == "list":
        return _list(r, size // 90)[:size] + "\n"
    if profile == "table":
        return _table(r, size // 60)[:size] + "\n"
    if profile == "quote":
        return "".join(f"> {line}\n" for line in make(size, "mixed", seed).split("\n"))
    if profile == "deep":
        return "- item\n\n  - inner\n\n" + "".join(
            f"    {line}\n" for line in make(size, "fence", seed).split("\n")
        )
    if profile in {"plain", "emoji", "cyrillic"}:
        return _plain(r, size, profile)
    blocks: list[str] = []
    length = 0
    while length < size:
        blocks.append(_block(r))
        length += len(blocks[-1]) + 2
    blocks += [f"[r{n}]: https://example.org/ref/{n}" for n in range(1, 10)]
    return "\n\n".join(blocks) + "\n"


def nasty(seed: int) -> str:
    """A random soup of nasty fragments."""
    r = random.Random(seed)
    kind = r.randrange(4)
    if kind == 0:
        return "\n".join(r.choice(_LINES) for _ in range(r.randint(2, 25))) + r.choice(("", "\n"))
    if kind == 1:
        return "\n\n".join(r.choice(NASTY).rstrip("\n") for _ in range(r.randint(2, 6))) + "\n"
    if kind == 2:
        lines = (_margin(r) + r.choice((*_LINES, "")) for _ in range(r.randint(2, 20)))
        return "\n".join(lines) + "\n"
    inner = "".join(r.choice(NASTY) for _ in range(r.randint(1, 4)))
    margin = _margin(r)
    return r.choice(NASTY) + "".join(f"{margin}{line}\n" for line in inner.split("\n")) + r.choice(NASTY)


def _margin(r: random.Random) -> str:
    return "".join(r.choice(_MARKS) for _ in range(r.choice((0, 0, 1, 1, 2, 3))))


def _some(r: random.Random, count: int) -> list[str]:
    source = _RUSSIAN if r.random() < 0.25 else _ENGLISH
    return [r.choice(source) for _ in range(count)]


def _words(r: random.Random, count: int) -> str:
    parts: list[str] = []
    while count > 0:
        some = _some(r, r.randint(1, 6))
        count -= len(some)
        parts.append(_styled(r, " ".join(some)))
    text = " ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _styled(r: random.Random, words: str) -> str:
    forms = (
        "**{}**",
        "*{}*",
        "`{}`",
        "~~{}~~",
        "[{}](https://example.org/{n})",
        "$x_{{{n}}}^2$ {}",
        "{} {emoji}",
    )
    if r.random() > 0.3:
        return words
    return r.choice(forms).format(words, n=r.randint(1, 999), emoji=r.choice(_EMOJI))


def _code(r: random.Random, count: int, language: str = "") -> str:
    language = language or r.choice(tuple(_CODE))
    lines = (r.choice(_CODE[language]).format(n=r.randint(1, 99), w=r.choice(_ENGLISH)) for _ in range(count))
    return f"```{language}\n" + "\n".join(lines) + "\n```"


def _table(r: random.Random, rows: int) -> str:
    lines = ["| " + " | ".join(_some(r, 4)) + " |", "|---|:--|--:|:-:|"]
    lines += ["| " + " | ".join(_words(r, r.randint(1, 4)) for _ in range(4)) + " |" for _ in range(rows)]
    return "\n".join(lines)


def _list(r: random.Random, count: int, *, is_loose: bool = False) -> str:
    is_ordered = r.random() < 0.4
    lines: list[str] = []
    for number in range(1, count + 1):
        mark = f"{number}. " if is_ordered else "- "
        lines.append(mark + _words(r, r.randint(4, 25)))
        if r.random() < 0.2:
            lines += [" " * len(mark) + "- " + _words(r, 6) for _ in range(r.randint(1, 3))]
        if is_loose and number < count:
            lines.append("")
    return "\n".join(lines)


def _plain(r: random.Random, size: int, profile: str) -> str:
    source = _RUSSIAN if profile == "cyrillic" else _ENGLISH
    paragraphs: list[str] = []
    length = 0
    while length < size:
        words = [r.choice(source) for _ in range(60)]
        if profile == "emoji":
            words[::4] = [f"{word} {r.choice(_EMOJI)}" for word in words[::4]]
        paragraphs.append(" ".join(words))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)[:size] + "\n"


def _block(r: random.Random) -> str:
    makers: tuple[tuple[int, Callable[[], str]], ...] = (
        (40, lambda: _words(r, r.randint(20, 110))),
        (10, lambda: "#" * r.randint(1, 4) + " " + _words(r, 4)),
        (3, lambda: _words(r, 4) + "\n" + r.choice(("===", "---"))),
        (15, lambda: _code(r, r.randint(4, 40))),
        (10, lambda: _list(r, r.randint(3, 9), is_loose=r.random() < 0.3)),
        (7, lambda: _table(r, r.randint(2, 10))),
        (5, lambda: "> " + _words(r, 20) + "\n> " + _words(r, 12)),
        (3, lambda: f"$$\n\\int_0^1 x^{{{r.randint(1, 9)}}}\\,dx\n$$"),
        (2, lambda: "---"),
        (3, lambda: f"See [{r.choice(_ENGLISH)}][r{r.randint(1, 9)}] and [r{r.randint(1, 9)}]."),
        (2, lambda: f'[r{r.randint(1, 9)}]: https://example.org/ref/{r.randint(1, 999)} "t"'),
    )
    functions: list[Callable[[], str]] = [maker for _, maker in makers]
    chosen = r.choices(functions, [weight for weight, _ in makers])[0]
    return chosen()
