"""What is known of the thread itself."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.assistants import ExpirationPolicy
from desktop_app.domain.threads import Thread
from desktop_app.qt.moments import long_day
from desktop_app.widgets.details.facts import Facts
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.frame import StrongLabel, button
from desktop_app.widgets.theme import Theme


class ThreadFacts(QWidget):
    """Name, description, labels, times and lifetime.

    ``edit_requested()``: these are to be changed.  ``extend_requested()``: the lifetime is to begin anew.
    """

    edit_requested = Signal()
    extend_requested = Signal()

    def __init__(self, theme: Theme, thread: Thread) -> None:
        super().__init__()
        self._words = DetailWords(self)
        facts = Facts(theme)
        facts.add(self.tr("Name"), thread.name or self.tr("New thread"), object_name="thread_fact_name")
        facts.add(self.tr("Description"), thread.description)
        facts.add(self.tr("Labels"), "\n".join(f"{key} = {value}" for key, value in thread.labels))
        facts.add(self.tr("Made"), self._words.moment(thread.created_at))
        facts.add(
            self.tr("Last active"), self._words.moment(thread.updated_at), object_name="thread_fact_active"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(StrongLabel(theme, self.tr("Thread"), scale="ui"))
        column.addWidget(facts)
        edit = button(self.tr("Thread settings…"), "thread_edit")
        edit.setProperty("isSmall", True)
        edit.clicked.connect(self.edit_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px("spacing.2"))
        buttons.addWidget(edit)
        if thread.expiration:
            expires = NarrowLabel(self._expires(thread), role="small")
            expires.setObjectName("thread_expires")
            column.addWidget(expires)
            if thread.expires_at:
                extend = button(self.tr("Extend"), "thread_extend")
                extend.setProperty("isSmall", True)
                extend.setAccessibleDescription(expires.text())
                extend.setToolTip(self.tr("Let the lifetime begin anew today"))
                extend.clicked.connect(self.extend_requested)
                buttons.addWidget(extend)
        buttons.addStretch(1)
        column.addLayout(buttons)

    def _expires(self, thread: Thread) -> str:
        at = thread.expires_at
        if at is None:
            return self.tr("The service ends its copy by its lifetime; yours is kept.")
        if thread.expiration and thread.expiration.policy is ExpirationPolicy.STATIC:
            return self.tr("Expires on %1.").replace("%1", long_day(at))
        return self.tr("Expires on %1 unless it is used before.").replace("%1", long_day(at))
