"""Commands that call nothing: what the program itself costs before it does any work."""

from collections.abc import Callable
from statistics import median
from typing import Any

from bench.processes import python
from bench.report import Aim, at_most, table

REPEATS = 9
COMMANDS = {"deploy.py --help": "--help", "deploy.py validate": "validate"}
AIMS = {"deploy.py --help": 0.15, "deploy.py validate": 0.4}  # seconds


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """{"seconds": {command: median of whole processes}}; the first of each does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPEATS + 1):
        for name, argument in COMMANDS.items():
            seconds[name].append(python("deploy.py", argument).seconds)
    return {"seconds": {name: round(median(measured[1:]), 3) for name, measured in seconds.items()}}


def section(found: dict[str, Any]) -> str:
    rows = ((f"`{name}`", f"{seconds:.3f} s") for name, seconds in found["seconds"].items())
    return f"## Commands that call nothing, {REPEATS} times\n\n{table(('command', 'seconds'), rows)}"


def aims(found: dict[str, Any]) -> list[Aim]:
    return [at_most(f"`{name}`", seconds, AIMS[name], "{:.2f} s") for name, seconds in found["seconds"].items()]
