"""A program that functions are bound to in tests: it tells all that it was given, as JSON on one line.

Its one word is a file that each start adds a line to, or an empty text for none.  Nothing of the project is imported:
it is run by its path.
"""

import json
import os
import sys
from pathlib import Path

if sys.argv[1]:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as marks:
        marks.write("started\n")
told = {
    "words": sys.argv[1:],
    "given": sys.stdin.buffer.read().decode("ascii"),
    "folder": str(Path.cwd()),
    "beside": [path.name for path in Path().iterdir()],
    "variables": list(os.environ),
}
print(json.dumps(told))
