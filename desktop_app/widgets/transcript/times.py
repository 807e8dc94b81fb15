"""Short times for lines that count."""


def clock(seconds: int) -> str:
    """Minutes and seconds, with hours before them when there are any: "0:07", "1:02:03"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
