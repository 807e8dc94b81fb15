"""A message that grows looks after every step, drawn only where it changed, as if it had been there at once."""

import random

import pytest

from desktop_app.markdown.document import Change, Document
from desktop_app.widgets.transcript.blocks.block import Environment
from desktop_app.widgets.transcript.blocks.flow import Flow
from tests.gui.painted import Canvas, make_environment
from tests.markdown_documents import NASTY, PROFILES, make, nasty

LEFT, TOP = 48, 8
BATCHES, BATCH = 10, 15


@pytest.fixture
def environment(qapp: object) -> Environment:
    return make_environment()


class Page:
    """A document that grows, and the picture of it that is kept up to date."""

    def __init__(self, environment: Environment, source: str, width: int, ratio: float) -> None:
        self.document = Document()
        self.flow = Flow(environment, width, is_growing=True)
        self._environment = environment
        self._width = width
        final = Flow(environment, width, is_growing=True)
        final.show(Document(source).items)
        self._height = 2 * final.height + 500
        self._ratio = ratio
        self._canvas = Canvas(width + 2 * LEFT, self._height, ratio)

    def take(self, change: Change) -> None:
        """Show a change, and compare with a page drawn anew."""
        y = self.flow.apply(self.document.items, change)
        if y is not None:
            self._draw(self.flow, self._canvas, TOP + y)
        fresh = Flow(self._environment, self._width, is_growing=True)
        fresh.show(self.document.items)
        assert (self.flow.tops, self.flow.height) == (fresh.tops, fresh.height)
        whole = Canvas(self._width + 2 * LEFT, self._height, self._ratio)
        self._draw(fresh, whole, 0)
        assert self._canvas.image == whole.image

    @staticmethod
    def _draw(flow: Flow, canvas: Canvas, top: int) -> None:
        canvas.draw(lambda painter, y, end: flow.paint(painter, LEFT, TOP, y, end), top)


def stream(environment: Environment, source: str, rng: random.Random, *, has_edits: bool = False) -> None:
    """Let a document come in pieces, sometimes going back, and compare after each."""
    page = Page(environment, source, rng.choice((160, 420)), rng.choice((1, 1, 2)))
    end = 0
    while end < len(source):
        step = rng.randrange(1, max(2, min(400, len(source) // 6)))
        if has_edits and rng.random() < 0.3:
            keep = rng.randrange(end + 1)
            page.take(page.document.edit(keep, source[keep : end + step]))
        else:
            page.take(page.document.append(source[end : end + step]))
        end += step
    page.take(page.document.finish())


@pytest.mark.parametrize("profile", PROFILES)
def test_realistic_documents_look_right_at_every_step(environment: Environment, profile: str) -> None:
    for seed in range(BATCH):
        rng = random.Random(seed)
        stream(environment, make(rng.randrange(200, 2000), profile, seed), rng, has_edits=seed % 3 == 0)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nasty_documents_look_right_at_every_step(environment: Environment, batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        stream(environment, nasty(seed), random.Random(seed), has_edits=seed % 3 == 0)


@pytest.mark.parametrize("source", NASTY)
def test_documents_known_as_nasty_look_right_at_every_step(environment: Environment, source: str) -> None:
    stream(environment, source, random.Random(len(source)))
