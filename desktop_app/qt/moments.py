"""Days and times as the window says them: on this machine's clock, in the window's language, everywhere alike.

The formats of the system's short dates are no help: 11/12/26 is two days, and which one is not told.
"""

from datetime import datetime

from PySide6.QtCore import QDate, QLocale, QTime


def time_of_day(moment: datetime) -> str:
    """Like "11:03 AM" or "11:03"."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def day(moment: datetime) -> str:
    """Like "26 Nov 2026", for lists and tables."""
    return _day(moment, "d MMM yyyy")


def long_day(moment: datetime) -> str:
    """Like "26 November 2026", for sentences."""
    return _day(moment, "d MMMM yyyy")


def day_and_time(moment: datetime) -> str:
    """Like "26 Nov 2026, 11:03 AM"."""
    return f"{day(moment)}, {time_of_day(moment)}"


def whole_moment(moment: datetime) -> str:
    """Like "Thursday, 26 November 2026, 11:03 AM", where there is room."""
    said = _day(moment, "dddd, d MMMM yyyy")
    return f"{said[:1].upper()}{said[1:]}, {time_of_day(moment)}"


def _day(moment: datetime, form: str) -> str:
    local = moment.astimezone()
    return QLocale().toString(QDate(local.year, local.month, local.day), form)
