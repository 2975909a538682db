"""Frames of log records between lines of plain output."""

from __future__ import annotations

import os

import pytest
from awslambdaric.bootstrap import FramedTelemetryLogSink  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from localdev.functions import log_pipe
from localdev.functions.log_pipe import KEPT, READ, LogPipe, plain_text, whole

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=200)
# Framed or not. All of them fit into a pipe that nobody reads.
PIECES = st.lists(st.tuples(st.booleans(), TEXT), max_size=50)


@given(PIECES)
def test_all_text_survives_in_order(pieces: list[tuple[bool, str]]) -> None:
    """Framed by awslambdaric's own code."""
    read, write = os.pipe()
    expected = ""
    with FramedTelemetryLogSink(write) as sink:
        for framed, text in pieces:
            if framed:
                sink.log(text)
                expected += text if text.endswith("\n") else text + "\n"
            else:
                os.write(write, text.encode())
                expected += text
    with os.fdopen(read, "rb") as stream:
        assert plain_text(stream.read()) == expected


@given(PIECES, st.data())
def test_what_is_whole_can_be_taken_before_the_rest(pieces: list[tuple[bool, str]], data: st.DataObject) -> None:
    """Wherever it was cut: no line and no record comes in two, and none is missing."""
    read, write = os.pipe()
    with FramedTelemetryLogSink(write) as sink:
        for framed, text in pieces:
            if framed:
                sink.log(text)
            else:
                os.write(write, text.encode())
    with os.fdopen(read, "rb") as stream:
        written = stream.read()
    cut = data.draw(st.integers(0, len(written)))
    size = whole(written[:cut])
    first = plain_text(written[:size])
    assert first == "" or first.endswith("\n")
    assert first + plain_text(written[size:]) == plain_text(written)
    assert cut < len(written) or "\n" not in plain_text(written[size:])[:-1]


def test_a_frame_cut_short_keeps_what_came() -> None:
    assert plain_text(b"a\n\xa5\x5a\x00\x0f" + (9).to_bytes(4, "big") + bytes(8) + b"cut") == "a\ncut\n"


def test_a_pipe_keeps_so_much_and_says_so() -> None:
    pipe = LogPipe()
    for _ in range(KEPT // READ + 1):
        assert os.write(pipe.writing, b"x" * READ) == READ
        assert pipe.drain()
    os.write(pipe.writing, b"last")
    assert pipe.drain()
    kept, _, said = pipe.take().partition("\n")
    assert kept == "x" * KEPT
    assert said == f"[localdev] {READ + 4} more bytes were logged: the emulator keeps {KEPT} of an invocation\n"
    os.write(pipe.writing, b"next")
    pipe.drain()
    assert pipe.take() == "next\n"
    pipe.close_writing()
    pipe.close()


def test_what_was_taken_meanwhile_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pipe, "KEPT", 8)
    pipe = LogPipe()
    for text, taken in (("one\ntw", "one\n"), ("o\nthree\n", "two\n"), ("more\n", "")):
        os.write(pipe.writing, text.encode())
        pipe.drain()
        assert pipe.take_whole() == taken
    assert pipe.take() == "[localdev] 11 more bytes were logged: the emulator keeps 8 of an invocation\n"
    pipe.close_writing()
    pipe.close()


def test_a_pipe_gives_what_it_holds_and_does_not_wait() -> None:
    pipe = LogPipe()
    assert pipe.drain()
    os.write(pipe.writing, b"no newline")
    assert pipe.drain()
    assert pipe.take() == "no newline\n"
    assert pipe.take() == ""
    pipe.close_writing()
    assert not pipe.drain()
    pipe.close()
