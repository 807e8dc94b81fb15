"""What a process gives up before it holds anything secret."""

import subprocess
import sys

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="core dumps and the umask are POSIX")
def test_no_core_is_dumped_and_new_files_are_private() -> None:
    program = """
import os, resource, sys
from desktop_app.hardening import harden
harden()
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "(0, 0) 0o77\n"
