"""Why a document is not read."""

from desktop_app.domain.files import FileFault


class UnreadableError(Exception):
    """A fault of the file; ``detail`` is for who wants to know more."""

    def __init__(self, fault: FileFault, detail: str = "") -> None:
        super().__init__(fault, detail)
        self.fault = fault
        self.detail = detail
