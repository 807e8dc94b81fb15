"""The tabs of the right pane."""

from enum import IntEnum


class Tab(IntEnum):
    """In their order."""

    DETAILS = 0
    CITATIONS = 1
    CONTEXT = 2
    RUNS = 3
