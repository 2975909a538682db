"""What a function writes: plain output and framed log records, in the order they were written."""

from __future__ import annotations

import os

# awslambdaric frames its records (bootstrap.FramedTelemetryLogSink): type, length, timestamp, text, all
# big-endian. Types are a55a00xx: three bytes that no UTF-8 text holds, for 0x00 ends them.
MARK = b"\xa5\x5a\x00"
HEADER = 4 + 4 + 8
KEPT = 8 << 20  # bytes from one `take` to the next, which mostly is an invocation
READ = 1 << 16  # bytes at once
AT_ONCE = 1 << 20  # bytes, the most that the system lets a pipe hold


class LogPipe:
    """The pipe behind a function's standard output, standard error and framed log.

    One pipe for all three keeps their order. What was written before a response was sent is in the pipe
    when the response arrives, so draining it then misses nothing and waits for nothing.
    """

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self._received = bytearray()
        self._room = KEPT  # bytes
        self._dropped = 0  # bytes

    def drain(self) -> bool:
        """Takes what the pipe holds, and not what is written meanwhile: that may never end.

        False at its end: no process can write to it any more.
        """
        for _ in range(AT_ONCE // READ):
            try:
                data = os.read(self.reading, READ)
            except BlockingIOError:
                return True
            if not data:
                return False
            kept = data[: self._room]
            self._received += kept
            self._room -= len(kept)
            self._dropped += len(data) - len(kept)
        return True

    def take(self) -> str:
        """The text drained so far, each record and each line ended by a newline; the last says what was not kept."""
        text = plain_text(bytes(self._received))
        if text and not text.endswith("\n"):
            text += "\n"
        if self._dropped:
            text += f"[localdev] {self._dropped} more bytes were logged: the emulator keeps {KEPT} of an invocation\n"
        self._received.clear()
        self._room = KEPT
        self._dropped = 0
        return text

    def take_whole(self) -> str:
        """The records and lines drained so far that are complete."""
        size = whole(bytes(self._received))
        text = plain_text(bytes(self._received[:size]))
        del self._received[:size]
        return text

    def close_writing(self) -> None:
        """To be called once the child has its copy, or its end would never show."""
        os.close(self.writing)

    def close(self) -> None:
        os.close(self.reading)


def whole(data: bytes) -> int:
    """How many bytes of it are lines and frames that are complete."""
    end = 0
    while True:
        mark = data.find(MARK, end)
        lines = data.rfind(b"\n", end, len(data) if mark < 0 else mark) + 1 or end
        frame = mark + HEADER + int.from_bytes(data[mark + 4 : mark + 8], "big")
        if mark < 0 or frame > len(data):
            return lines
        end = frame


def plain_text(data: bytes) -> str:
    """Removes the frames around log records; each record then ends a line, as it is an event of its own."""
    parts = []
    while True:
        text, mark, rest = data.partition(MARK)
        parts.append(text)
        if not mark:
            break
        length = int.from_bytes(rest[1:5], "big")
        record = rest[HEADER - len(MARK) :][:length]
        parts += [record, b"" if record.endswith(b"\n") else b"\n"]
        data = rest[HEADER - len(MARK) + length :]
    return b"".join(parts).decode("utf-8", "replace")
