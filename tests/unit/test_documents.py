"""Documents read as text in the child process: every kind, every fault, and what the process does to hostile ones."""

import asyncio
import io
import os
import random
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.documents.encodings import encoding_of
from desktop_app.documents.folders import found_files
from desktop_app.documents.html import of_markup
from desktop_app.documents.html import parts as parts_of_html
from desktop_app.documents.opening import OTHER_BYTES, PDF_BYTES
from desktop_app.documents.plain import PART_CHARS, in_parts
from desktop_app.documents.reader import DocumentReader
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.documents.wire import Opened, Part
from desktop_app.documents.words import WordForms
from desktop_app.domain import files
from desktop_app.domain.files import Chunking, FileFault, TooManyFilesError
from tests.conftest import PATIENCE_S, until
from tests.mixed_files import KINDS, LINES_A_PAGE, docx, make_file, pdf

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's files")
LINES = ["Договор аренды № 7", "", "Арендатор обязан вносить плату.", "The tenant shall pay."]


@asynccontextmanager
async def reader(**limits: float) -> AsyncIterator[DocumentReader]:
    made = DocumentReader(**limits)
    try:
        yield made
    finally:
        await made.end()


async def parts_of(made: DocumentReader, path: Path, first: int = 0) -> list[Part]:
    replies = [reply async for reply in made.read(path, first, Chunking())]
    assert isinstance(replies[0], Opened)
    return [reply for reply in replies if isinstance(reply, Part)]


async def fault_of(made: DocumentReader, path: Path) -> FileFault:
    with pytest.raises(UnreadableError) as caught:
        await parts_of(made, path)
    return caught.value.fault


# --- every kind ---


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_is_read_with_its_places(kind: str, tmp_path: Path) -> None:
    made = make_file(tmp_path, kind, KINDS[kind], 3, 60_000)
    async with reader() as documents:
        parts = await parts_of(documents, made.path)
    (part,) = [part for part in parts if made.marker in part.text]
    assert part.page == made.page
    if not kind.endswith(("pdf", "docx", "html")):
        line = part.line + part.text[: part.text.index(made.marker)].count("\n")
        assert line == made.line
    assert [part.fraction for part in parts] == sorted(part.fraction for part in parts)
    assert parts[-1].fraction == pytest.approx(1, abs=0.01)
    assert all("сценарий" not in part.text for part in parts)
    words, stem = part.words.split(" "), WordForms().stem(made.marker)
    assert any(stem in words[piece.first_word : piece.last_word] for piece in part.pieces)


@pytest.mark.parametrize("kind", KINDS)
async def test_reading_goes_on_at_any_part(kind: str, tmp_path: Path) -> None:
    made = make_file(tmp_path, kind, KINDS[kind], 1, 200_000)
    async with reader() as documents:
        whole = await parts_of(documents, made.path)
        for first in (1, len(whole) - 1, len(whole)):
            assert await parts_of(documents, made.path, first) == whole[first:]


async def test_an_empty_page_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["Первая"] + [""] * (2 * LINES_A_PAGE - 1) + ["Третья"]))
    async with reader() as documents:
        parts = await parts_of(documents, path)
    assert [(part.page, part.text.strip()) for part in parts] == [(1, "Первая"), (2, ""), (3, "Третья")]


def test_html_is_what_is_seen() -> None:
    markup = """<html><head><title>Имя</title><style>p{}</style></head><body>
        <h1>Глава&nbsp;1</h1><p>Одно <b>жир</b>ное слово,\n  и ещё<br>строка</p>
        <ul><li>раз<li>два</ul><script>var no</script><!-- нет -->
        <table><tr><td>a<td>b</tr></table><pre>x\n  y</pre>конец</body>"""
    ((part, fraction),) = of_markup(markup, 0)
    assert part.text == (
        "Имя\n\nГлава\u00a01\n\nОдно жирное слово, и ещё\nстрока\n\nраз\nдва\n\na b\n\nx\n  y\n\nконец"
    )
    assert fraction == 1


def test_html_however_deep_is_read() -> None:
    markup = "<div>" * 50_000 + "слово" + "</div>" * 50_000
    assert [part.text for part, _ in of_markup(markup, 0)] == ["слово"]


@pytest.mark.parametrize(
    ("named", "told"),
    [("koi8-r", "БХД"), ("none-such", "вид"), ("base64", "вид"), ("idna", "вид"), ("utf-16", "вид")],
)
def test_html_is_read_as_it_says_where_that_can_be(named: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f'<meta charset="{named}"><p>вид'.encode("cp1251"))
    assert [part.text for part, _ in parts_of_html(path, 0)] == [told]


def test_a_long_html_text_is_parted_in_a_moment() -> None:
    markup = "\N{GRINNING FACE}" + "слово " * 4_000_000
    began = time.process_time()
    parts = [part for part, _ in of_markup(markup, 0)]
    assert "".join(part.text for part in parts) == markup.rstrip()
    assert time.process_time() - began < 15


def test_parts_are_joined_to_the_text_and_know_their_lines() -> None:
    draw = random.Random(1)
    text = "".join(draw.choice(["слово ", "строка\n", "абзац\n\n", "x" * 500]) for _ in range(5000))
    blocks = [text[start : start + 7001] for start in range(0, len(text), 7001)]
    parts = list(in_parts(blocks))
    assert "".join(part.text for part in parts) == text
    done = ""
    for part in parts:
        assert part.line == done.count("\n") + 1
        assert len(part.text) <= PART_CHARS + 2
        done += part.text


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("Договор, plain", "utf-8", "utf-8"),
        ("Договор", "utf-8-sig", "utf-8-sig"),
        ("Договор об оказании услуг между сторонами", "utf-16", "utf-16"),
        ("Договор об оказании услуг между сторонами", "utf-16-le", "utf-16-le"),
        ("The contract of the parties", "utf-16-be", "utf-16-be"),
        ("Договор об оказании услуг", "cp1251", "cp1251"),
        ("ДОГОВОР об оказании услуг", "koi8-r", "koi8-r"),
        ("Договор об оказании услуг", "cp866", "cp866"),
        ("Größe der Straße, déjà vu", "cp1252", "cp1252"),
        ("plain words", "ascii", "utf-8"),
    ],
)
def test_encodings_are_told_apart(text: str, encoding: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert encoding_of(path) == told


async def test_letters_are_composed_and_parted_words_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("и\u0306од, пере\u00adнос, a\x00b", "utf-16")
    async with reader() as documents:
        (part,) = await parts_of(documents, path)
    assert part.text == "йод, перенос, ab"


def test_word_forms_meet() -> None:
    stems = WordForms().stems
    assert len(set(stems("договор договоры договорами ДОГОВОРУ"))) == 1
    assert len(set(stems("ёлка елкой Ёлки"))) == 1
    assert len(set(stems("connect connected Connections connecting"))) == 1
    assert stems('"a" AND b* foo_bar (x:y) ' + "z" * 65) == ["a", "and", "b", "foo", "bar", "x", "y"]


# --- every fault ---


def ole_with(name: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1500 + name.encode("utf-16-le") + b"\x00" * 4000


def zipped(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def nested_bomb() -> bytes:
    inner = zipped(word__document_xml=bytes(20 << 20))
    for _ in range(3):
        inner = zipped(**{f"word__{number}_zip": inner for number in range(10)})
    return inner


def locked_archive() -> bytes:
    made = bytearray(docx(LINES))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


HOSTILE: dict[str, tuple[str, Callable[[], bytes], FileFault]] = {
    "cut off pdf": ("a.pdf", lambda: pdf(LINES)[:300], FileFault.BROKEN),
    "no pdf": ("a.pdf", lambda: b"hello", FileFault.BROKEN),
    "pdf of noise": ("a.pdf", lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(50_000), FileFault.BROKEN),
    "locked pdf": ("a.pdf", lambda: pdf(LINES, "secret"), FileFault.ENCRYPTED),
    "locked docx": ("a.docx", lambda: ole_with("EncryptedPackage"), FileFault.ENCRYPTED),
    "docx with locked entries": ("a.docx", locked_archive, FileFault.ENCRYPTED),
    "old word file": ("a.doc", lambda: ole_with("WordDocument"), FileFault.UNSUPPORTED),
    "flat bomb": ("a.docx", lambda: zipped(word__document_xml=bytes(300 << 20)), FileFault.BOMB),
    "bomb of pictures": (
        "a.docx",
        lambda: zipped(word__document_xml=b"<x/>", **{f"m{n}": bytes(100 << 20) for n in range(2)}),
        FileFault.BOMB,
    ),
    "nested bomb": ("a.docx", nested_bomb, FileFault.BROKEN),
    "many entries": (
        "a.docx",
        lambda: zipped(word__document_xml=b"<x/>", **{f"m{n}": b"" for n in range(10_001)}),
        FileFault.BOMB,
    ),
    "billion laughs": (
        "a.docx",
        lambda: zipped(
            _rels__x=b"",
            word__document_xml=b"<!DOCTYPE l [<!ENTITY l0 'ha'>"
            + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
            + b"]><w:document xmlns:w='x'>&l11;</w:document>",
        ),
        FileFault.BROKEN,
    ),
    "cut off docx": ("a.docx", lambda: docx(LINES)[:400], FileFault.BROKEN),
    "archive": ("a.zip", lambda: zipped(a_txt=b"text"), FileFault.UNSUPPORTED),
    "picture": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, FileFault.UNSUPPORTED),
    "noise": ("a.txt", lambda: random.Random(2).randbytes(70_000), FileFault.UNSUPPORTED),
    "rtf": ("a.rtf", lambda: rb"{\rtf1 hello}", FileFault.UNSUPPORTED),
    "empty": ("a.txt", lambda: b"", FileFault.NO_TEXT),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_cannot_be_read_has_its_fault_and_stops_nothing(name: str, tmp_path: Path) -> None:
    file_name, make, fault = HOSTILE[name]
    bad, good = tmp_path / file_name, tmp_path / "good.docx"
    bad.write_bytes(make())
    good.write_bytes(docx(LINES))
    async with reader() as documents:
        async with asyncio.timeout(PATIENCE_S):
            assert await fault_of(documents, bad) is fault
        (part,) = await parts_of(documents, good)
    assert "Арендатор обязан" in part.text


@POSIX
async def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket.txt"))
        (tmp_path / "loop.txt").symlink_to("loop.txt")
        async with reader() as documents:
            for name in ("pipe.txt", "socket.txt", "loop.txt", "."):
                assert await fault_of(documents, tmp_path / name) is FileFault.NOT_A_FILE
            assert await fault_of(documents, Path("/dev/zero")) is FileFault.NOT_A_FILE
            for gone in (tmp_path / "gone.txt", tmp_path / "pipe.txt" / "x"):
                assert await fault_of(documents, gone) is FileFault.GONE
            assert await fault_of(documents, tmp_path / ("x" * 300)) is FileFault.BAD_NAME


@POSIX
async def test_a_sparse_file_is_refused_by_its_size(tmp_path: Path) -> None:
    sizes = {"a.txt": 2 << 30, "a.pdf": 2 << 30, "b.txt": OTHER_BYTES + 1, "b.pdf": PDF_BYTES + 1}
    async with reader() as documents:
        for name, size in sizes.items():
            (tmp_path / name).touch()
            os.truncate(tmp_path / name, size)
            assert await fault_of(documents, tmp_path / name) is FileFault.TOO_LARGE


@POSIX
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """In a process of nobody's, since the user of the tests may be allowed everything."""
    secret = tmp_path / "secret.txt"
    secret.write_text("text")
    secret.chmod(0)
    tmp_path.chmod(0o711)
    words = (
        "import os\n"
        "from pathlib import Path\n"
        "from desktop_app.documents.opening import looked_at\n"
        "from desktop_app.documents.unreadable import UnreadableError\n"
        "os.getuid() or os.setuid(65534)\n"
        "try: looked_at(Path('secret.txt'))\n"
        "except UnreadableError as error: print(error.fault)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=with_package(),
        check=False,
    )
    assert told.stdout.strip() == "no_access", told.stderr


def with_package() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


# --- the process ---


async def test_a_process_that_dies_is_the_fault_of_its_file(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.txt", KINDS["utf8.txt"], 0, 3_000_000)
    async with reader() as documents:
        with pytest.raises(UnreadableError) as caught:
            async for reply in documents.read(made.path, 0, Chunking()):
                if isinstance(reply, Part):
                    assert documents.pid
                    os.kill(documents.pid, 9)
        assert caught.value.fault is FileFault.BROKEN
        assert "signal 9" in caught.value.detail
        assert await parts_of(documents, made.path)


@POSIX
async def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.txt", KINDS["utf8.txt"], 0, 3_000_000)
    async with reader(silence_s=3) as documents:
        replies = documents.read(made.path, 0, Chunking())
        async with aclosing(replies):
            await anext(replies)
            assert documents.pid
            os.kill(documents.pid, 19)  # SIGSTOP: it hangs
            with pytest.raises(UnreadableError) as caught:
                async for _ in replies:
                    pass
    assert caught.value.fault is FileFault.TOO_SLOW


async def test_leaving_early_ends_the_process(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.txt", KINDS["utf8.txt"], 0, 3_000_000)
    async with reader() as documents:
        async with aclosing(documents.read(made.path, 0, Chunking())) as replies:
            await anext(replies)
        assert documents.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_an_orphan_ends(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 2_000_000)
    words = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from desktop_app.documents.reader import DocumentReader\n"
        "from desktop_app.domain.files import Chunking\n"
        "async def main():\n"
        "    reader = DocumentReader()\n"
        "    async for _ in reader.read(Path(sys.argv[1]), 0, Chunking()):\n"
        "        print(reader.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", words, str(made.path), stdout=asyncio.subprocess.PIPE, env=with_package()
    )
    assert parent.stdout
    try:
        child = int(await parent.stdout.readline())
    finally:
        parent.kill()
        await parent.wait()
    await until(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
async def test_memory_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    async with reader() as documents:
        await parts_of(documents, path)
        limits = await asyncio.to_thread(Path(f"/proc/{documents.pid}/limits").read_text)
    assert "Max address space         2147483648" in limits
    assert "Max file size             0" in limits


# --- folders ---


@POSIX
def test_folders_are_walked_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".hidden/x.txt", "b/.git/y", ".z"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "c.txt")
    found = found_files([tmp_path, tmp_path / ".z", tmp_path / "b" / ".." / "a.txt", tmp_path / "gone"])
    names = [(str(Path(file.path).relative_to(tmp_path)), file.fault) for file in found]
    assert names == [
        ("a.txt", None),
        ("c.txt", FileFault.NOT_A_FILE),
        ("b/1.txt", None),
        ("b/2.txt", None),
        (".z", None),
        ("gone", FileFault.GONE),
    ]
    assert found[0].size == 4


@POSIX
def test_links_in_a_folder_lead_nowhere_else(tmp_path: Path) -> None:
    """Each file that was dropped is found once, and no other, whatever links lead to."""
    dropped, outside = tmp_path / "dropped", tmp_path / "dropped too"
    for name in ("a.txt", "b/c.txt", ".kept/object.txt"):
        (dropped / name).parent.mkdir(parents=True, exist_ok=True)
        (dropped / name).write_text("text")
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    links = {
        "1 outside.txt": outside / "secret.txt",
        "2 folder outside": outside,
        "3 the same.txt": Path("b/c.txt"),
        "4 loop": dropped,
        "5 folder inside": Path("b"),
        "6 hidden.txt": Path(".kept/object.txt"),
        "7 hidden, again.txt": Path(".kept/object.txt"),
        "8 device.txt": Path("/dev/zero"),
        "9 gone.txt": Path("none.txt"),
        "b/by way of one outside.txt": outside / "and back.txt",
        "b/itself.txt": Path("itself.txt"),
    }
    (outside / "and back.txt").symlink_to(dropped / "a.txt")
    for name, target in links.items():
        (dropped / name).symlink_to(target)
    assert [(str(Path(file.path).relative_to(dropped)), file.fault) for file in found_files([dropped])] == [
        ("a.txt", None),
        ("b/c.txt", None),
        ("6 hidden.txt", None),
        ("9 gone.txt", FileFault.GONE),
        ("b/itself.txt", FileFault.NOT_A_FILE),
    ]


@POSIX
def test_links_that_are_dropped_themselves_are_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.txt").write_text("text")
    (tmp_path / "kept" / "b.txt").symlink_to("a.txt")
    (tmp_path / "folder").symlink_to("kept")
    (tmp_path / "file.txt").symlink_to("kept/a.txt")
    found = found_files([tmp_path / "folder", tmp_path / "file.txt"])
    assert [str(Path(file.path).relative_to(tmp_path)) for file in found] == ["folder/a.txt", "file.txt"]


def test_what_the_system_does_not_look_at_holds_up_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    found = found_files([tmp_path / ("n" * 300), tmp_path / "\0", tmp_path])
    assert [file.fault for file in found] == [FileFault.BAD_NAME, FileFault.GONE, None]


@POSIX
def test_folders_may_lie_as_deep_as_the_system_lets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        os.mkdir("d")  # noqa: PTH102 - the whole path would be too long soon
        os.chdir("d")
    Path("deep.txt").touch()
    found = found_files([tmp_path])
    Path("deep.txt").unlink()
    for _ in range(1200):  # what clears the folders of tests does not get that deep either
        os.chdir("..")
        os.rmdir("d")  # noqa: PTH106
    assert [Path(file.path).name for file in found] == ["deep.txt"]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        (tmp_path / str(number)).touch()
    monkeypatch.setattr("desktop_app.documents.folders.FILES_AT_ONCE", 3)
    assert files.FILES_AT_ONCE == 10_000
    with pytest.raises(TooManyFilesError):
        found_files([tmp_path])
