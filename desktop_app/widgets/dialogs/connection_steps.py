"""The steps of a test of a connection in a row: passed, failed here, not reached."""

from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.domain.connections import Auth, Connection, Proxy, TestStep, is_loopback
from desktop_app.domain.providers import provider_of
from desktop_app.widgets.dialogs.frame import IconLabel
from desktop_app.widgets.theme import Theme


def steps_of(connection: Connection, failed: TestStep) -> list[TestStep]:
    """The steps that a test of ``connection`` goes through; the failed one is always among them."""
    parts = urlsplit(connection.base_url)
    host = parts.hostname or ""
    is_name = not is_loopback(host) and not host.replace(".", "").isdigit() and ":" not in host
    is_there = {
        TestStep.DNS: is_name,
        TestStep.PROXY: connection.network.proxy is Proxy.MANUAL,
        TestStep.TLS: parts.scheme == "https",
        TestStep.AUTH: connection.auth is not Auth.NONE,
        TestStep.ROLE: bool(provider_of(connection).roles),
    }
    return [step for step in TestStep if is_there.get(step, True) or step is failed]


class StepRow(QWidget):
    """A mark and a name for each step; read as one sentence by screen readers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("connection_steps")
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px("spacing.1"))
        self._marks: dict[TestStep, tuple[IconLabel, QLabel]] = {}
        for step in TestStep:
            mark, name = IconLabel(theme, "check"), QLabel()
            mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
            name.setContentsMargins(0, 0, theme.px("spacing.2"), 0)
            self._marks[step] = mark, name
            self._row.addWidget(mark)
            self._row.addWidget(name)
        self._row.addStretch(1)

    def show_failure(self, steps: list[TestStep], failed: TestStep) -> None:
        """Show how far the test came."""
        place = steps.index(failed)
        said = []
        for step, (mark, name) in self._marks.items():
            is_there = step in steps
            mark.setVisible(is_there)
            name.setVisible(is_there)
            if not is_there:
                continue
            here = steps.index(step)
            said.append(self._state(self._name(step), here - place))
            if here < place:
                self._mark(mark, name, "check", "success", "caption")
            elif here == place:
                self._mark(mark, name, "error", "error", "error")
            else:
                self._mark(mark, name, "more", "textDisabled", "caption")
            name.setText(self._name(step))
            name.setEnabled(here <= place)
        self.setAccessibleName(", ".join(said))

    def _mark(self, mark: IconLabel, name: QLabel, icon: str, color: str, role: str) -> None:
        mark.show_icon(icon, color)
        name.setProperty("role", role)
        name.style().unpolish(name)
        name.style().polish(name)

    def _state(self, name: str, distance: int) -> str:
        if distance < 0:
            return self.tr("{step}: passed").format(step=name)
        if distance == 0:
            return self.tr("{step}: failed here").format(step=name)
        return self.tr("{step}: not reached").format(step=name)

    def _name(self, step: TestStep) -> str:
        match step:
            case TestStep.DNS:
                return "DNS"
            case TestStep.TCP:
                return "TCP"
            case TestStep.PROXY:
                return self.tr("Proxy")
            case TestStep.TLS:
                return "TLS"
            case TestStep.AUTH:
                return self.tr("Sign-in")
            case TestStep.ROLE:
                return self.tr("Role")
            case TestStep.MODEL:
                return self.tr("Model")
