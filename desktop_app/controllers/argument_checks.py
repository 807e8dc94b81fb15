"""Arguments of calls, checked in a process of their own: a schema comes from anywhere, and may never be done with."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import desktop_app
from desktop_app.controllers.local_commands import run_command
from desktop_app.domain.call_arguments import REASON_LENGTH, BadArgumentsError, one_line
from desktop_app.domain.tools import CallStatus, Command

log = logging.getLogger(__name__)

CHECK_S = 10

_SCRIPT = """\
import json, sys
sys.path.insert(0, sys.argv[1])
from desktop_app.domain.call_arguments import misfit
print(json.dumps(misfit(*json.load(sys.stdin))))
"""
_ROOT = str(Path(desktop_app.__file__).parent.parent)


async def checked_arguments(
    arguments: str, parameters: str, folder: Path, *, time_limit_s: int = CHECK_S
) -> str:
    """``arguments`` as JSON on one line, in ASCII, once they keep to the schema ``parameters``.

    None at all count as an empty object.  The process works in ``folder``.  Raises BadArgumentsError.
    """
    line = await asyncio.to_thread(one_line, arguments)
    # -P: what lies in the folder is not ours to import.
    check = Command(sys.executable, ("-P", "-c", _SCRIPT, _ROOT), time_limit_s)
    result = await run_command(check, json.dumps([line, parameters]), folder)
    if result.status is CallStatus.TIMED_OUT:
        raise BadArgumentsError(f"The arguments could not be checked within {time_limit_s} s.")
    if result.status is not CallStatus.DONE:
        log.error("arguments could not be checked: %s", result.text)
        raise BadArgumentsError("The arguments could not be checked.")
    if reason := json.loads(result.text):
        raise BadArgumentsError(f"The arguments do not fit the function's schema: {reason}"[:REASON_LENGTH])
    return line
