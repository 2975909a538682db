"""How much memory a command takes.

``python -m bench.memory SCRIPT [ARGUMENT]...`` runs a script of Python's and prints what it took at most, as JSON. It
is a process of its own, for a process counts as large as the one that started it, and this one is small.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

from bench.processes import python


def peak(*arguments: str | Path) -> int:
    """Resident memory, in MB, that a Python process had at most, or one of those that it started.

    Raises:
        StepFailed: it failed.
    """
    measured: int = python("-m", "bench.memory", *arguments).json()["peak"]
    return measured


def main() -> None:
    done = subprocess.run([sys.executable, *sys.argv[1:]], stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    print(json.dumps({"peak": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)}))


if __name__ == "__main__":
    main()
