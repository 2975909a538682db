"""What ends the processes of an emulator that is gone, in a process of its own that plays the emulator."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from localdev.functions.watchdog import Watchdog

def sleeper():
    started = subprocess.Popen(["sleep", "600"], env={"MARK": sys.argv[1]}, start_new_session=True)
    watchdog.watch(started.pid, "none")

watchdog = Watchdog(os.open(os.devnull, os.O_RDONLY))
[first] = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
sleeper()
os.kill(int(first), signal.SIGKILL)
os.waitid(os.P_PID, int(first), os.WEXITED | os.WNOWAIT)
sleeper()
assert not Path("/proc", first).exists()
"""


@pytest.mark.feature("Lambda", "no process is left behind")
def test_another_one_takes_the_place_of_a_killed_one(
    processes: Callable[[str], list[int]], until: Callable[..., object]
) -> None:
    """And knows what the first one watched."""
    mark = f"watched-{os.getpid()}"
    subprocess.run([sys.executable, "-c", KILLED, mark], check=True, timeout=60)
    until(lambda: not processes(f"MARK={mark}\0"))
