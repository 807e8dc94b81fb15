"""A library of mixed files: how fast it is read, what else on the machine notices of it, how fast it is searched.

Run: python tests/benchmarks/files.py [MB] [FILES]; 50 MB in 200 files unless told, 500 MB in 2000 is the large one.
"Turns" is how late a loop on the main thread, where the window's would be, comes back to somebody who wanted it in 5 ms
while another thread stores what the child reads; what turns cost over those of an idle process at the same time is what
counts, since other programs make both late.  Memory is the proportional set size of this process and the child.
"""

import asyncio
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from desktop_app.controllers.files import FilesController
from desktop_app.controllers.worker import Worker
from desktop_app.domain.files import FileStatus
from desktop_app.domain.ids import AssistantId
from desktop_app.store.ownership import ProcessMark
from tests.benchmarks.frames import judged
from tests.mixed_files import Language, Made, make_library

ASSISTANT = AssistantId("assistant")
BEAT_S, LOOK_S = 0.005, 0.25
QUERIES = 200
RESULTS = 10
IDLE = "idle"


async def beat(late_ms: list[float]) -> None:
    """Add how late each turn comes, until this is cancelled."""
    while True:
        began_s = time.monotonic()
        await asyncio.sleep(BEAT_S)
        late_ms.append((time.monotonic() - began_s - BEAT_S) * 1000)


async def beat_idly() -> None:
    """The turns of a process that does nothing else, until its input ends; prints their p99 and the longest."""
    late_ms: list[float] = []
    beating = asyncio.create_task(beat(late_ms))
    await asyncio.to_thread(sys.stdin.read)
    beating.cancel()
    print(percentile(late_ms, 0.99), max(late_ms))


class Watch:
    """How late turns come, how much memory there is, and how long a query takes meanwhile."""

    def __init__(self, worker: Worker, files: FilesController) -> None:
        self._worker = worker
        self._files = files
        self._words = Language("ru", 7)
        self.late_ms: list[float] = []
        self.memory_mb = [memory_mb()]
        self.query_ms: list[float] = []

    async def look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.memory_mb.append(memory_mb())
            query = " ".join(self._words.words(4))
            began_s = time.monotonic()
            await self._worker.ask(self._files.search(ASSISTANT, query, RESULTS))
            self.query_ms.append((time.monotonic() - began_s) * 1000)


def memory_mb() -> float:
    """Of this process and its children."""
    children = Path("/proc/self/task").glob("*/children")
    pids = ["self", *(pid for path in children for pid in path.read_text().split())]
    return sum(_pss_kb(pid) for pid in pids) / 1024


def _pss_kb(pid: str) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:  # it is gone meanwhile
        return 0
    return int(found[1]) if found else 0


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def queries(made: list[Made]) -> list[str]:
    """Some of everything: markers, frequent and rare words, a sentence, one word."""
    draw = random.Random(1)
    languages = [Language("ru", 11), Language("en", 12)]
    return [
        f"{draw.choice(made).marker} {' '.join(draw.choice(languages).words(3))}"
        if number % 4 == 0
        else " ".join(draw.choice(languages).words((1, 4, 12)[number % 3]))
        for number in range(QUERIES)
    ]


async def measure(folder: Path, made: list[Made]) -> int:
    async def is_kept(_: AssistantId) -> bool:
        return True

    worker = Worker()
    worker.start()
    mark = ProcessMark(folder / "locks")
    files = FilesController(folder, lambda _: None, mark, is_kept)
    watch = Watch(worker, files)
    began_s, cpu_s = time.monotonic(), time.process_time()
    await worker.ask(files.add(ASSISTANT, [made[0].path.parent]))
    added_s = time.monotonic() - began_s
    idle = await asyncio.create_subprocess_exec(
        sys.executable, __file__, IDLE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    watching = [asyncio.create_task(beat(watch.late_ms)), asyncio.create_task(watch.look())]
    library = await worker.ask(files.files(ASSISTANT))
    while any(file.status in {FileStatus.WAITING, FileStatus.READING} for file in library):
        await asyncio.sleep(LOOK_S)
        library = await worker.ask(files.files(ASSISTANT))
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    for task in watching:
        task.cancel()
    await asyncio.wait(watching)
    idle_p99_ms, idle_longest_ms = map(float, (await idle.communicate(b""))[0].split())
    query_ms = []
    for query in queries(made):
        began_s = time.monotonic()
        await worker.ask(files.search(ASSISTANT, query, RESULTS))
        query_ms.append((time.monotonic() - began_s) * 1000)
    found = sum([bool(await worker.ask(files.search(ASSISTANT, each.marker, 1))) for each in made[:QUERIES]])
    await worker.ask(files.close())
    worker.stop()
    mark.release()
    size_mb = sum(each.path.stat().st_size for each in made) / 1e6
    ready = [file for file in library if file.status is FileStatus.READY]
    print(f"{len(ready)} of {len(made)} files, {size_mb:.0f} MB, {sum(file.chunks for file in ready)} chunks")
    print(f"listed                {added_s:.2f} s")
    print(
        f"read                  {took_s:.1f} s, {size_mb / took_s:.1f} MB/s; this process computed {cpu_s:.1f} s"
    )
    database_mb = (folder / "files.db").stat().st_size / 1e6
    print(f"database              {database_mb:.0f} MB")
    print(
        f"turns                 p50 {percentile(watch.late_ms, 0.5):.1f} ms, longest {max(watch.late_ms):.1f} ms"
    )
    print(f"turns of an idle one  p99 {idle_p99_ms:.1f} ms, longest {idle_longest_ms:.1f} ms")
    print(f"query                 p50 {percentile(query_ms, 0.5):.1f} ms")
    return judged(
        [
            ("files not read", len(made) - len(ready), 0),
            ("markers not found", min(QUERIES, len(made)) - found, 0),
            ("turns p99 over idle ones, ms", percentile(watch.late_ms, 0.99) - idle_p99_ms, 16),
            ("longest turn over idle ones, ms", max(watch.late_ms) - idle_longest_ms, 50),
            ("database over the files, times", database_mb / size_mb, 2.5),
            ("query p95, ms", percentile(query_ms, 0.95), 50),
            ("longest query, ms", max(query_ms), 50),
            ("query p95 while reading, ms", percentile(watch.query_ms, 0.95), 100),
            ("memory, growth at its peak, MB", max(watch.memory_mb) - watch.memory_mb[0], 300),
        ]
    )


def main() -> int:
    if sys.argv[1:] == [IDLE]:
        asyncio.run(beat_idly())
        return 0
    size_mb, count = int((sys.argv[1:] or ["50"])[0]), int((sys.argv[2:] or ["200"])[0])
    with tempfile.TemporaryDirectory() as folder:
        made = make_library(Path(folder, "files"), count, size_mb * 1_000_000)
        return asyncio.run(measure(Path(folder), made))


if __name__ == "__main__":
    sys.exit(main())
