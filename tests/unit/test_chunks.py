"""Texts cut into chunks: nothing is lost, nothing is too long, neighbours share what they may."""

import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.chunks import cut_text
from desktop_app.domain.counting import estimate_tokens
from desktop_app.domain.files import CHUNK_TOKENS_LEAST, Chunking

words = st.sampled_from(
    ["слово", "word", "и", "a", "Ёлка.", "end!", "x" * 90, "ы" * 200, "3.14", "конец…»", "\u00a0"]
)
gaps = st.sampled_from([" ", "  ", "\n", "\n\n", "\n \n", ". ", "\t", " " * 300])
texts = st.lists(st.tuples(words, gaps), max_size=400).map(lambda pairs: "".join(a + b for a, b in pairs))
chunkings = st.integers(CHUNK_TOKENS_LEAST, 400).flatmap(
    lambda tokens: st.builds(Chunking, st.just(tokens), st.integers(0, tokens // 2))
)


@given(texts, chunkings)
@settings(max_examples=300, deadline=None)
def test_chunks_cover_the_text_within_their_limits(text: str, chunking: Chunking) -> None:
    chunks = cut_text(text, chunking)
    assert bool(chunks) == bool(text)
    if not chunks:
        return
    assert (chunks[0].start, chunks[-1].stop) == (0, len(text))
    for chunk in chunks:
        assert chunk.start < chunk.stop
        assert estimate_tokens(text[chunk.start : chunk.stop]) <= chunking.tokens
        assert chunk.line == text.count("\n", 0, chunk.start) + 1
    for before, after in pairwise(chunks):
        assert before.start < after.start <= before.stop < after.stop
        assert estimate_tokens(text[after.start : before.stop]) <= chunking.overlap


@given(texts, chunkings)
@settings(max_examples=100, deadline=None)
def test_no_word_of_usual_length_is_parted(text: str, chunking: Chunking) -> None:
    for chunk in cut_text(text, chunking)[:-1]:
        before, after = text[: chunk.stop], text[chunk.stop :]
        if not before[-1].isspace() and not after[0].isspace():
            assert len(before.split()[-1] + after.split()[0]) > 64


def test_a_chunk_ends_with_a_paragraph_rather_than_within_one() -> None:
    paragraph = "Это предложение из нескольких слов. " * 9 + "\n\n"
    text = paragraph * 20
    for chunk in cut_text(text, Chunking(400, 100)):
        assert text[chunk.start : chunk.stop].endswith("\n\n")


def test_a_long_text_is_cut_into_chunks_near_the_limit() -> None:
    text = "Слова и ещё слова, an English one among them. " * 2000
    chunks = cut_text(text, Chunking(800, 400))
    sizes = [estimate_tokens(text[chunk.start : chunk.stop]) for chunk in chunks[:-1]]
    assert min(sizes) > 600
    assert len(chunks) < 2.6 * estimate_tokens(text) / 800


def test_a_row_of_full_stops_takes_no_time() -> None:
    text = "." * 200_000 + "x"
    began = time.process_time()
    assert cut_text(text, Chunking())[-1].stop == len(text)
    assert time.process_time() - began < 2  # a search that goes back at each of them takes minutes
