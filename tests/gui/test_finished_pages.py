"""Five thousand messages, grown in pieces and drawn only where they changed, look in the end like fresh ones.

``NITKA_PAGES`` sets another number.  ``test_flow_growth`` looks at fewer, and at every step.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.markdown.document import Document
from desktop_app.markdown.parser import parse
from desktop_app.widgets.transcript.blocks.block import Environment
from desktop_app.widgets.transcript.blocks.flow import Flow
from tests.gui.painted import Canvas, make_environment
from tests.markdown_documents import NASTY, PROFILES, make, nasty

PAGES = int(os.environ.get("NITKA_PAGES", "5000"))
BATCHES = 20
WIDTH, LEFT, TOP = 360, 48, 8
DATA = Path(__file__).parent.parent / "data" / "markdown"


@pytest.fixture(scope="module")
def environment(qapp: object) -> Environment:
    return make_environment()


def sources(batch: int) -> Iterator[str]:
    """One realistic document for four nasty ones."""
    for index in range(batch, PAGES, BATCHES):
        if index % 5:
            yield nasty(index)
        else:
            yield make(300 + index % 900, PROFILES[index % len(PROFILES)], index)


def drawn(flow: Flow, canvas: Canvas, top: int) -> None:
    canvas.draw(lambda painter, y, end: flow.paint(painter, LEFT, TOP, y, end), top)


def assert_page_is_fresh(environment: Environment, source: str, chance: random.Random) -> None:
    whole = Flow(environment, WIDTH)
    whole.show(parse(source))
    height = 2 * whole.height + 400
    document, flow = Document(), Flow(environment, WIDTH, is_growing=True)
    canvas = Canvas(WIDTH + 2 * LEFT, height)
    start, step = 0, chance.choice((7, 40, 200))
    while start < len(source):
        end = start + chance.randint(1, step)
        y = flow.apply(document.items, document.append(source[start:end]))
        if y is not None:
            drawn(flow, canvas, TOP + y)
        start = end
    y = flow.apply(document.items, document.finish())
    if y is not None:
        drawn(flow, canvas, TOP + y)
    fresh = Canvas(WIDTH + 2 * LEFT, height)
    whole = Flow(environment, WIDTH, is_growing=True)  # a complete one folds long code
    whole.show(parse(source))
    drawn(whole, fresh, 0)
    assert canvas.image == fresh.image, repr(source)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_grew_looks_like_what_was_there_at_once(environment: Environment, batch: int) -> None:
    chance = random.Random(batch)
    for source in sources(batch):
        assert_page_is_fresh(environment, source, chance)


def test_the_nasty_ones_in_single_characters(environment: Environment) -> None:
    chance = random.Random(1)
    for source in NASTY:
        if len(source) < 200:
            assert_page_is_fresh(environment, source, chance)


@pytest.mark.parametrize("name", ["commonmark.json", "gfm-tables.json"])
def test_the_examples_of_the_specifications_are_drawn(environment: Environment, name: str) -> None:
    chance = random.Random(2)
    for example in json.loads((DATA / name).read_text()):
        assert_page_is_fresh(environment, example["markdown"], chance)
