"""What a function writes: plain output and framed log records, in the order they were written."""

from __future__ import annotations

import os

# awslambdaric frames its records (bootstrap.FramedTelemetryLogSink): type, length, timestamp, text, all
# big-endian. Types are a55a00xx: three bytes that no UTF-8 text holds, for 0x00 ends them.
MARK = b"\xa5\x5a\x00"
HEADER = 4 + 4 + 8


class LogPipe:
    """The pipe behind a function's standard output, standard error and framed log.

    One pipe for all three keeps their order. What was written before a response was sent is in the pipe
    when the response arrives, so draining it then misses nothing and waits for nothing.
    """

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self._received = bytearray()

    def drain(self) -> bool:
        """Takes what the pipe holds. False at its end: no process can write to it any more."""
        while True:
            try:
                data = os.read(self.reading, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._received += data

    def take(self) -> str:
        """The text drained so far, each record and each line ended by a newline."""
        text = plain_text(bytes(self._received))
        self._received.clear()
        return text if not text or text.endswith("\n") else text + "\n"

    def close_writing(self) -> None:
        """To be called once the child has its copy, or its end would never show."""
        os.close(self.writing)

    def close(self) -> None:
        os.close(self.reading)


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
