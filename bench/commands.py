"""Commands that call nothing: what the program itself costs before it does any work."""

from statistics import median

from bench.processes import python

REPEATS = 9
COMMANDS = {"deploy.py --help": "--help", "deploy.py validate": "validate"}


def measure() -> dict[str, float]:
    """Median seconds of whole processes; the first of each does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPEATS + 1):
        for name, argument in COMMANDS.items():
            seconds[name].append(python("deploy.py", argument).seconds)
    return {name: round(median(measured[1:]), 3) for name, measured in seconds.items()}
