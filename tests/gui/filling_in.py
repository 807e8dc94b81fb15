"""Dialogs of the living window opened and filled in by keyboard, field by field of a table."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog

from tests.conftest import until
from tests.gui.fields_by_keyboard import Field
from tests.gui.living_window import Scene
from tests.gui.typist import CTRL, Typist


async def assistant_dialog(scene: Scene) -> Typist:
    """The settings of the assistant in use, opened by their key."""
    scene.window.fill_menus()  # as after the first paint
    await until(partial(has_focus, "composer"))
    QTest.keyClick(scene.composer, Qt.Key.Key_I, CTRL)
    await until(partial(has_focus, "assistant_name"))
    return Typist(scene.find(QDialog, "assistant_dialog"), "assistant_tabs")


async def thread_dialog(scene: Scene) -> Typist:
    """The settings of the open thread."""
    return await opened(scene, "thread_settings", "thread_dialog", "thread_name")


async def run_dialog(scene: Scene) -> Typist:
    """The settings for the next question."""
    return await opened(scene, "ask_otherwise", "run_options_dialog", "assistant_temperature")


async def opened(scene: Scene, action: str, name: str, first: str) -> Typist:
    scene.window._actions[action].trigger()
    await until(partial(has_focus, first))
    return Typist(scene.find(QDialog, name))


def has_focus(name: str) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and focused.objectName() == name


def is_gone(scene: Scene, name: str) -> bool:
    return scene.window.findChild(QDialog, name) is None


def is_enabled(typist: Typist, name: str) -> bool:
    return typist.part(QAbstractButton, name).isEnabled()


def named(names: Sequence[str], fields: Sequence[Field]) -> list[Field]:
    return [field for name in names for field in fields if field.name == name]


async def prepare(typist: Typist, scene: Scene, field: Field, fields: Sequence[Field]) -> None:
    """Take the steps that lead to a field, and show its page."""
    await fill_in(typist, scene, named(field.needs, fields))
    if field.page:
        typist.show_page(field.page)


async def fill_in(typist: Typist, scene: Scene, fields: Sequence[Field]) -> None:
    """Fill fields in; what the dialog asks for meanwhile, as a list of models, is waited for."""
    for field in fields:
        if field.page:
            typist.show_page(field.page)
        typist.fill(field.name, field.entry)
        await scene.settled()


async def refuse(typist: Typist, field: Field, *buttons: str) -> None:
    """Each wrong entry of a field is told with its limit, cannot be saved, and stays as it was typed."""
    for entry, why in field.wrong:
        typist.fill(field.name, entry)
        await until(partial(says, typist, field.name, why))
        assert not [name for name in buttons if is_enabled(typist, name)]
        assert typist.shown(field.name) == entry


def says(typist: Typist, name: str, why: str) -> bool:
    return why in typist.problem(name)
