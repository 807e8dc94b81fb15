"""What became of a call, in words."""

from PySide6.QtCore import QLocale, QObject

from desktop_app.domain.tools import CallStatus, ToolStep

LEAST_TOLD_S = 0.1
FAULTS = (CallStatus.FAILED, CallStatus.TIMED_OUT)


class CallWords(QObject):
    """The words beside the name of a call."""

    def state(self, step: ToolStep, *, is_growing: bool) -> str:
        """What became of a call and how long it took; ``is_growing``: its reply goes on."""
        words = self._status(step.status, is_growing=is_growing)
        if step.began_at is None or step.ended_at is None or step.status is CallStatus.DENIED:
            return words
        seconds = (step.ended_at - step.began_at).total_seconds()
        if seconds < LEAST_TOLD_S:
            return words
        took = self.tr("%1 s").replace("%1", QLocale().toString(seconds, "f", 1 if seconds < 10 else 0))
        return f"{words} · {took}"

    def _status(self, status: CallStatus, *, is_growing: bool) -> str:
        match status:
            case CallStatus.DONE:
                return self.tr("done")
            case CallStatus.FAILED:
                return self.tr("failed")
            case CallStatus.DENIED:
                return self.tr("you did not allow it")
            case CallStatus.TIMED_OUT:
                return self.tr("ended at its time limit")
            case CallStatus.STOPPED:
                return self.tr("stopped")
            case CallStatus.RUNNING:
                return self.tr("running") if is_growing else self.tr("broken off")
            case CallStatus.ASKED | CallStatus.WANTED:
                return self.tr("waits for you") if is_growing else self.tr("not decided")
