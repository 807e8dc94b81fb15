"""Names that come from elsewhere, before they stand in a row, a title or a sentence."""

import re

_BREAKS = re.compile("\r\n|[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Control characters, and what turns the direction of the text around it: a name would reach beyond itself.  The marks
# that letters need (joiners, left-to-right and right-to-left marks) stay.
_STRAY = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def on_one_line(name: str) -> str:
    """``name`` with a blank for each line break, and without control characters and overrides of direction."""
    return _STRAY.sub("", _BREAKS.sub(" ", name))
