"""The steps of a test of a connection in a row: passed, failed here, not reached."""

from typing import NamedTuple
from urllib.parse import urlsplit

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.domain.connections import Auth, Connection, Proxy, TestStep, is_loopback
from desktop_app.domain.providers import provider_of
from desktop_app.widgets.theme import Theme


def steps_of(connection: Connection, failed: TestStep) -> list[TestStep]:
    """The steps that a test of ``connection`` goes through; the failed one is always among them."""
    parts = urlsplit(connection.base_url)
    host = parts.hostname or ""
    is_name = not is_loopback(host) and not host.replace(".", "").isdigit() and ":" not in host
    has_proxy = connection.network.proxy is Proxy.MANUAL or failed is TestStep.PROXY
    is_there = {
        TestStep.DNS: is_name and not has_proxy,  # the proxy finds and reaches the service
        TestStep.TCP: not has_proxy,
        TestStep.PROXY: has_proxy,
        TestStep.TLS: parts.scheme == "https",
        TestStep.AUTH: connection.auth is not Auth.NONE,
        TestStep.ROLE: bool(provider_of(connection).roles),
    }
    return [step for step in TestStep if is_there.get(step, True) or step is failed]


class Step(NamedTuple):
    """What is drawn of a step: its name, an icon, and the colour roles of both."""

    name: str
    icon: str
    icon_role: str
    text_role: str


class StepRow(QWidget):
    """A mark and a name for each step, in as many lines as it takes; read as one sentence by screen readers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("connection_steps")
        self._theme = theme
        self._steps: list[Step] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    def show_failure(self, steps: list[TestStep], failed: TestStep) -> None:
        """Show how far the test came."""
        place = steps.index(failed)
        self._steps = [self._step(step, here - place) for here, step in enumerate(steps)]
        said = [self._state(self._name(step), here - place) for here, step in enumerate(steps)]
        self.setAccessibleName(", ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = sum(self._width(step) for step in self._steps)
        return QSize(width, self._line_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(max((self._width(step) for step in self._steps), default=0), self._line_height)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1].y() + self._line_height if places else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        side, gap = self._theme.px("iconSmall"), self._theme.px("spacing.1")
        for step, place in zip(self._steps, self._places(self.width()), strict=True):
            pixmap = self._theme.pixmap(step.icon, step.icon_role, side, self.devicePixelRatioF())
            painter.drawPixmap(place + QPoint(0, (self._line_height - side) // 2), pixmap)
            painter.setPen(self._theme.color(step.text_role))
            line = QRect(place.x() + side + gap, place.y(), self._width(step), self._line_height)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, step.name)

    @property
    def _line_height(self) -> int:
        return self._theme.line_height("small")

    def _width(self, step: Step) -> int:
        """Of icon, name and the gap behind them."""
        text = QFontMetrics(self._theme.font("caption")).horizontalAdvance(step.name)
        return self._theme.px("iconSmall") + self._theme.px("spacing.1") + text + self._theme.px("spacing.3")

    def _places(self, width: int) -> list[QPoint]:
        """Where each step begins in lines of ``width``."""
        places, x, y = [], 0, 0
        for step in self._steps:
            if x and x + self._width(step) > width:
                x, y = 0, y + self._line_height
            places.append(QPoint(x, y))
            x += self._width(step)
        return places

    def _step(self, step: TestStep, distance: int) -> Step:
        """A step that stands ``distance`` behind the failed one, or before it."""
        name = self._name(step)
        if distance < 0:
            return Step(name, "check", "success", "textSecondary")
        if distance == 0:
            return Step(name, "error", "error", "errorText")
        return Step(name, "more", "textDisabled", "textSecondary")

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
