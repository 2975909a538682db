"""Whole processes and the time they take."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TIME_LIMIT = 900  # seconds
SHOWN_LINES = 20


class StepFailed(Exception):
    """A measured step did not do its work: its time means nothing."""


@dataclass(frozen=True)
class Finished:
    """A process that ended well. seconds: from before it was started until it was gone."""

    seconds: float
    output: str

    def json(self) -> Any:
        return json.loads(self.output)


def environment(**more: str) -> dict[str, str]:
    """The variables for a measured process: nothing of the user's own AWS, Python or Terraform settings."""
    settings = ("AWS_", "PYTHON", "TF_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return inherited | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **more,
    }


def run(*command: str | Path, folder: Path = ROOT, variables: dict[str, str] | None = None) -> Finished:
    """Run a program to its end.

    Raises:
        StepFailed: it ended with another exit code than 0, or not at all.
    """
    name = " ".join([Path(command[0]).name, *map(str, command[1:])])
    began = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment() if variables is None else variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StepFailed(f"{name}: not done after {TIME_LIMIT} s") from None
    seconds = time.perf_counter() - began
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[-SHOWN_LINES:]
        raise StepFailed("\n".join([f"{name}: exit code {done.returncode}", *said]))
    return Finished(seconds, done.stdout)


def python(*arguments: str | Path, folder: Path = ROOT, variables: dict[str, str] | None = None) -> Finished:
    return run(sys.executable, *arguments, folder=folder, variables=variables)
