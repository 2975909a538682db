"""Emulators for one measurement each, and what they have been asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from localdev.emulator import Emulator
from localdev.testing import free_port

ANSWERED = " AWS "  # in a line of the emulator's log for each call


class EmptyEmulator(Emulator):
    """One whose functions are nothing: see `bench.empty_executor`."""

    program = "bench.empty_executor"


@contextmanager
def emulator(kind: type[Emulator] = Emulator) -> Iterator[Emulator]:
    """One that runs, on a free port and in a folder of its own; both are gone afterwards."""
    with TemporaryDirectory() as folder:
        started = kind(Path(folder), free_port())
        started.start()
        try:
            yield started
        finally:
            started.stop()


def calls(emulator: Emulator) -> int:
    """Calls of AWS services answered so far, whoever sent them."""
    with emulator.log.open(encoding="utf-8", errors="replace") as lines:
        return sum(ANSWERED in line for line in lines)
