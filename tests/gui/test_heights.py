"""Sums of heights against the plain list they stand for."""

import random

import pytest

from desktop_app.widgets.transcript.heights import Heights


def check(heights: Heights, plain: list[int]) -> None:
    assert heights.count == len(plain)
    assert heights.total == sum(plain)
    assert [heights[index] for index in range(len(plain))] == plain
    for position in {0, len(plain) // 2, max(0, len(plain) - 1)}:
        if position < len(plain):
            assert heights.top(position) == sum(plain[:position])
            assert heights.find(sum(plain[:position])) == (position, 0)
            assert heights.find(sum(plain[:position]) + plain[position] - 1) == (
                position,
                plain[position] - 1,
            )


@pytest.mark.parametrize("seed", range(20))
def test_every_operation_keeps_the_sums(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.choice([0, 1, 255, 256, 257, 700])
    heights, plain = Heights(count, 50), [50] * count
    for _ in range(200):
        what = chance.randrange(5)
        if what == 0 or not plain:
            height = chance.randint(1, 400)
            heights.append(height)
            plain.append(height)
        elif what == 1:
            position = chance.randrange(len(plain))
            heights.remove(position)
            del plain[position]
        elif what == 2 and chance.random() < 0.1:
            length = chance.randrange(len(plain) + 1)
            heights.truncate(length)
            del plain[length:]
        else:
            position = chance.randrange(len(plain))
            heights[position] = plain[position] = chance.randint(1, 400)
        check(heights, plain)


def test_what_lies_outside_is_the_first_or_the_last() -> None:
    heights = Heights(100, 10)
    assert heights.find(-5) == (0, -5)
    assert heights.find(1000) == (99, 10)
    assert heights.find(1500) == (99, 510)
    assert Heights(0, 10).find(7) == (0, 0)
