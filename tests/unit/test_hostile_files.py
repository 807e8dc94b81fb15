"""A folder of hostile files is dropped: each is read or says what is wrong with it, and none stops another."""

import io
import os
import socket
import sys
import zipfile
from pathlib import Path

import pytest

from desktop_app.controllers import file_queue
from desktop_app.domain.files import FileFault, FileStatus
from tests.conftest import until
from tests.mixed_files import docx, pdf
from tests.unit.test_files_controller import LONG, OURS, opened, rows, texts

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's names and files")
DEPTH = 22
WORD = "кенгуру"
TEXT = f"Договор, в котором есть {WORD}."
LAUGHS = "".join(
    f"<!ENTITY l{number} '{f'&l{number - 1};' * 10 if number else 'ha'}'>" for number in range(12)
)


def with_part(document: str, **others: bytes) -> bytes:
    """A Word document with another text, or with more entries."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx([TEXT]))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            body = old.read(name)
            is_text = document and name == "word/document.xml"
            new.writestr(name, document if is_text else body)
        for name, content in others.items():
            new.writestr(name, content)
    return made.getvalue()


def word(body: str, declared: str = "") -> str:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<!DOCTYPE w [{declared}]><w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pages(count: int) -> bytes:
    """Many pages, of which a file says that they are many more."""
    lines = [WORD, *[""] * 44] * count
    return pdf(lines).replace(f"/Count {count} ".encode(), b"/Count 99999 ")


def open_to_all(text: str) -> bytes:
    """A PDF that is encrypted, but with no password for reading."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, encrypt=StandardEncryption("", ownerPassword="secret"))
    canvas.drawString(50, 700, text)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


READ = {
    "absolute.docx": with_part("", **{"/etc/passwd": b"x", "../../above": b"x", "C:\\system": b"x"}),
    "deep.html": b"<b><table><tr><td>" * 5_000 + TEXT.encode(),
    "elsewhere.docx": with_part(word(paragraph(f"{WORD} &e;"), "<!ENTITY e SYSTEM 'file:///etc/passwd'>")),
    "koi8.txt": TEXT.encode("koi8-r"),
    "cp1251.txt": TEXT.encode("cp1251"),
    "utf16.txt": TEXT.encode("utf-16"),
    "utf16be.txt": TEXT.encode("utf-16-be"),
    "bad letters.txt": TEXT.encode() + b"\xff\xfe",
    "late zero.txt": b"words " * 20_000 + b"\0" + TEXT.encode(),
}
UNREAD = {
    "deep.docx": (with_part(word("<w:p>" * 20_000 + "</w:p>" * 20_000)), FileFault.BROKEN),
    "laughs.docx": (with_part(word(paragraph("&l11;"), LAUGHS)), FileFault.BROKEN),
    "laughs in styles.docx": (
        with_part("", **{"word/styles.xml": word("&l11;", LAUGHS).encode()}),
        FileFault.BROKEN,
    ),
    "zero.txt": (b"words " * 100 + b"\0", FileFault.UNSUPPORTED),
    "nothing.txt": (b"", FileFault.NO_TEXT),
    "not seen.txt": ("\u200b".encode() * 50_000, FileFault.NO_TEXT),
    "more pages than there are.pdf": (pages(60), FileFault.BROKEN),
    "no pdf.txt": (b"%PDF-1.7 and no more", FileFault.BROKEN),
}


async def test_hostile_documents_are_read_or_say_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    contents = READ | {name: content for name, (content, _) in UNREAD.items()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "owner.pdf").write_bytes(open_to_all("quokka"))
    async with opened(tmp_path / "library") as library:
        await library.files.add(OURS, [folder])
        files = await library.settled()
        assert {file.name: file.fault for file in files} == {
            **dict.fromkeys([*READ, "owner.pdf"]),
            **{name: fault for name, (_, fault) in UNREAD.items()},
        }
        assert await library.names(WORD) == {*READ}
        assert await library.names("quokka") == {"owner.pdf"}
        assert await library.names("root") == set()


@POSIX
async def test_odd_names_are_read_or_say_that_they_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    names = ["two\nlines.txt", "\u202etxt.exe.txt", "<b>bold<img src=x>.txt", "-rf.txt", "n" * 251 + ".txt"]
    for name in names:
        (folder / name).write_text(TEXT)
    os.mkfifo(folder / "pipe.txt")
    has_unnamed = make_unnamed(folder)
    monkeypatch.chdir(folder)
    make_deep()
    async with opened(tmp_path / "library") as library:
        await library.files.add(OURS, [folder])
        files = await library.settled()
        found = {file.name: file.fault for file in files}
        faults = [fault for name, fault in found.items() if fault and name not in names]
        assert {name: found[name] for name in names} == dict.fromkeys(names)
        assert found["pipe.txt"] is FileFault.NOT_A_FILE
        assert sorted(faults) == sorted([FileFault.NOT_A_FILE] + [FileFault.BAD_NAME] * (1 + has_unnamed))
        assert await library.names(WORD) == {*names}
    remove_deep()


def make_unnamed(folder: Path) -> bool:
    """A file whose name is no UTF-8, where there can be one."""
    try:
        descriptor = os.open(os.fsencode(folder) + b"/bad\xff.txt", os.O_CREAT | os.O_WRONLY)
    except OSError:
        return False
    os.write(descriptor, TEXT.encode())
    os.close(descriptor)
    return True


def make_deep() -> None:
    """A file and a socket on a path that is longer than the system takes."""
    for _ in range(DEPTH):
        os.mkdir("d" * 200)  # noqa: PTH102 - the whole path is too long
        os.chdir("d" * 200)
    Path("deep.txt").write_text(TEXT)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.txt")


def remove_deep() -> None:
    """What clears the folders of tests does not get that deep."""
    for name in ("deep.txt", "socket.txt"):
        Path(name).unlink()
    for _ in range(DEPTH):
        os.chdir("..")
        os.rmdir("d" * 200)  # noqa: PTH106


@POSIX
@pytest.mark.parametrize("change", ["removed", "cut off", "replaced by a pipe", "longer"])
async def test_a_file_that_changes_while_it_is_read_stops_no_other(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "CHUNKS_AT_ONCE", 1)
    path, other = texts(tmp_path / "dropped", a=LONG * 8, b=TEXT)
    library_folder = tmp_path / "library"
    async with opened(library_folder) as library:
        await library.files.add(OURS, [path, other])
        await until(lambda: bool(rows(library_folder, "SELECT 1 FROM parts")))
        match change:
            case "removed":
                path.unlink()
            case "cut off":
                os.truncate(path, 10)
            case "replaced by a pipe":
                path.unlink()
                os.mkfifo(path)
            case "longer":
                with path.open("a") as file:
                    file.write(LONG)
        files = await library.settled()
        assert [file.status for file in files] == [FileStatus.READY] * 2
        assert await library.names(WORD) == {"b.txt"}
        path.unlink(missing_ok=True)
        path.write_text("Здесь теперь стоит вомбат.")
        await library.files.add(OURS, [path])
        await library.settled()
        assert await library.names("вомбат") == {"a.txt"}
