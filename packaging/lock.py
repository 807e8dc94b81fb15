"""Write the hashed lists that start.py installs: run it after a change of the dependencies, with uv at hand.

    python packaging/lock.py              keeps what is locked, adds and drops what changed
    python packaging/lock.py --upgrade    takes up new releases

One list serves all systems and Python versions (uv's universal resolution).  ``weights.txt`` is kept by hand: its
package is taken for its data alone, without dependencies, and is never imported.
"""

import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
HEAD = "# Written by packaging/lock.py: exact versions and hashes of every file of theirs.\n"


def main(words: list[str]) -> None:
    """Resolve what Nitka needs, then what its tests need beside it, with the same versions."""
    runtime = PACKAGING / "runtime.txt"
    lock(runtime, *words)
    lock(PACKAGING / "development.txt", "--group", "dev", "--constraint", str(runtime), *words)


def lock(target: Path, *words: str) -> None:
    """Let uv write ``target``, without a word about where the packages came from."""
    command = [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
    ]
    command += [
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--only-binary=:all:",
    ]
    command += ["--no-emit-package", "pip"]
    subprocess.run(
        [*command, *words, "pyproject.toml", "--output-file", target], cwd=PACKAGING.parent, check=True
    )
    target.write_text(HEAD + target.read_text(encoding="utf-8").removeprefix(HEAD), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
