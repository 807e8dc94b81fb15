"""Libraries of mixed files for tests: PDF, DOCX, HTML, Markdown, text in several encodings, code; Russian and English.

Words are drawn as languages draw them: a few very often, most hardly ever (Zipf), and inflected.  Everything follows
from the seed.  Each file has one ``marker``, a word that is in no other file.
"""

import io
import itertools
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
LINES_A_PAGE = 45

_SYLLABLES = {
    "ru": "ба|во|гра|ду|же|зи|ко|ла|ми|но|пра|ре|со|ту|фи|хо|це|чи|ша|эр|на|ве|ло|ти|ска|мо|до|го|по|ста",
    "en": "ba|co|da|fe|gra|hi|jo|ke|la|mi|no|pra|qui|re|sto|tu|vi|wa|xe|yo|tra|ble|con|sta|per|in|or|al",
}
_ENDINGS = {"ru": "|а|ы|ов|ами|у|ой|ого", "en": "|s|ed|ing|er"}
_FREQUENT = {
    "ru": "и|в|не|на|с|что|по|как|у|за|из|для|от|до|при|это|о|же|или|все|договор|срок|сторона|услуга",
    "en": "the|of|and|to|in|is|for|that|on|with|as|by|at|from|or|it|be|are|this|contract|term|party|service",
}
_STEMS = 20_000


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: its path, a word that only it has, and the page (0: none) and line where that stands."""

    path: Path
    marker: str
    page: int
    line: int


class Language:
    """An endless text; the same seed draws the same one."""

    def __init__(self, name: str, seed: int) -> None:
        self._random = random.Random(f"{name}{seed}")
        words = random.Random(name)
        syllables = _SYLLABLES[name].split("|")
        self._words = _FREQUENT[name].split("|") + [
            "".join(words.choices(syllables, k=words.randint(2, 4))) for _ in range(_STEMS)
        ]
        self._weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(self._words))))
        self._endings = _ENDINGS[name].split("|")
        self._frequent = len(_FREQUENT[name].split("|"))

    def words(self, count: int) -> list[str]:
        """Words, those beyond the most frequent inflected."""
        drawn = self._random.choices(range(len(self._words)), cum_weights=self._weights, k=count)
        return [
            self._words[rank] + (self._random.choice(self._endings) if rank >= self._frequent else "")
            for rank in drawn
        ]

    def lines(self, characters: int) -> list[str]:
        """Lines of about 80 characters, sentences over their ends, an empty one after every eighth or so."""
        lines: list[str] = []
        while characters > 0:
            line = " ".join(self.words(12)).capitalize() + self._random.choice((".", ",", "", "!"))
            lines.append(line)
            characters -= len(line)
            if self._random.random() < 0.12:
                lines.append("")
        return lines


def marker(number: int, seed: int = 0) -> str:
    """A word that no language has."""
    return f"метка{seed}x{number:05d}"


def make_library(folder: Path, count: int, size: int, *, seed: int = 0) -> list[Made]:
    """``count`` files of about ``size`` bytes together in ``folder``, each kind in its turn."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = itertools.cycle(KINDS.items())
    return [
        make_file(folder, kind, maker, number, max(400, size // count), seed)
        for number, (kind, maker) in zip(range(count), kinds, strict=False)
    ]


def make_file(folder: Path, kind: str, maker: "Maker", number: int, size: int, seed: int = 0) -> Made:
    """One file of about ``size`` bytes with its marker somewhere past the middle."""
    language = Language("en" if number % 3 == 2 else "ru", seed * 1_000_003 + number)
    lines = language.lines(int(size * maker.characters_a_byte))
    place = min(len(lines) - 1, len(lines) * 2 // 3)
    lines[place] += f" {marker(number, seed)}"
    path = folder / f"{number:05d} {kind}"
    path.write_bytes(maker.make(lines))
    page = place // LINES_A_PAGE + 1 if kind.endswith("pdf") else 0
    return Made(path, marker(number, seed), page, place + 1)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes a kind of file of lines of text; how many characters of text there are to a byte."""

    make: Callable[[list[str]], bytes]
    characters_a_byte: float


def pdf(lines: list[str], password: str = "") -> bytes:
    """Pages of LINES_A_PAGE lines in a font that has Cyrillic."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if "Text" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Text", str(FONT)))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1, pageCompression=1, encrypt=password or None)
    for page in _pages(lines):
        text = canvas.beginText(40, 800)
        text.setFont("Text", 7)
        for line in page:
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def docx(lines: list[str]) -> bytes:
    """The least that Word opens: a paragraph for each line."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
        )
    return made.getvalue()


def html(lines: list[str]) -> bytes:
    """A page with a script, a style and an entity, a paragraph for each line."""
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Страница</title><style>p { color: red }</style>'
        f"<script>var hidden = 'сценарий';</script></head><body>{body}</body></html>"
    ).encode()


def markdown(lines: list[str]) -> bytes:
    """A heading now and then, and the lines."""
    return "\n".join(
        f"## {line}" if number % 40 == 39 else line for number, line in enumerate(lines)
    ).encode()


def code(lines: list[str]) -> bytes:
    """Comments and assignments."""
    return "\n".join(
        f"# {line}" if number % 2 else f"x_{number} = {line!r}" for number, line in enumerate(lines)
    ).encode()


def encoded(encoding: str) -> Callable[[list[str]], bytes]:
    """Plain text in ``encoding``."""
    return lambda lines: "\n".join(lines).encode(encoding, "replace")


KINDS = {
    "utf8.txt": Maker(encoded("utf-8"), 0.62),
    "report.pdf": Maker(pdf, 0.9),
    "cp1251.txt": Maker(encoded("cp1251"), 1.0),
    "notes.md": Maker(markdown, 0.62),
    "letter.docx": Maker(docx, 2.0),
    "page.html": Maker(html, 0.9),
    "utf16.txt": Maker(encoded("utf-16"), 0.5),
    "module.py": Maker(code, 0.58),
}


def _pages(lines: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(lines), LINES_A_PAGE):
        yield lines[first : first + LINES_A_PAGE]
