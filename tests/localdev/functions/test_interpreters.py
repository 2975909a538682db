"""Which Python runs which runtime. The PATH and what lies on it are this file's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator
from localdev.functions import interpreters, questions

FITTING = pytest.mark.feature("Lambda", "the interpreter of the function's runtime, if it is installed")
OTHER = pytest.mark.feature(
    "Lambda",
    "runtimes whose interpreter is not installed",
    partly="they run on the emulator's own, and its log says so",
)
ABSENT = "python3.13" if sys.version_info[:2] != (3, 13) else "python3.12"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PATH", str(tmp_path))
    interpreters._installed.cache_clear()
    yield tmp_path
    interpreters._installed.cache_clear()


def program(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def saying(**answers: Any) -> str:
    return f"echo '{json.dumps(questions.answers() | answers)}'"


@FITTING
def test_the_one_that_is_named_like_the_runtime(path: Path) -> None:
    """It is asked what it is: a link's own path is not where it lies."""
    program(path, ABSENT, saying(runtime=ABSENT, executable="/real/python", tag="other"))
    assert interpreters.installed()[ABSENT] == interpreters.interpreter_of.__wrapped__(ABSENT)
    assert interpreters.installed()[ABSENT].executable == "/real/python"


@FITTING
def test_the_emulators_own_runs_its_own_version(path: Path) -> None:
    own = f"python3.{sys.version_info[1]}"
    program(path, own, "exit 1")
    assert interpreters.installed() == {own: interpreters.here()}


@FITTING
def test_a_shim_is_told_its_version(path: Path) -> None:
    """pyenv's shims are on the PATH for every version that it has, and refuse those that were not chosen."""
    version = ABSENT.removeprefix("python")
    program(path, ABSENT, f'[ "$PYENV_VERSION" = {version} ] || exit 127\n{saying(runtime=ABSENT)}')
    assert ABSENT in interpreters.installed()


@OTHER
@pytest.mark.parametrize("text", ["exit 127", "echo nonsense", "echo '[]'", "echo '{}'", saying(), None])
def test_one_that_is_not_what_it_is_called_is_not_used(text: str | None, path: Path) -> None:
    if text is not None:
        program(path, ABSENT, text)
    assert ABSENT not in interpreters.installed()
    assert interpreters.interpreter_of.__wrapped__(ABSENT) == interpreters.here()


@pytest.mark.emulator
@OTHER
def test_the_log_says_so_once(deploy: Callable[..., Any], emulator: Emulator) -> None:
    """lambda-runtimes: python3.9 is too old for AWS's own client, so nothing runs it here."""
    for _ in range(2):
        assert (
            deploy("import sys\ndef handler(*_): return sys.version", Runtime="python3.9").invoke().payload
            == sys.version
        )
    assert emulator.log.read_text().count("functions for python3.9 run on python3.") == 1


@pytest.mark.emulator
@FITTING
def test_each_runtime_gets_what_was_found(deploy: Callable[..., Any]) -> None:
    """lambda-runtimes; the first and the last that this machine has. boto3 is there in each of them."""
    source = (
        "import boto3, sys\n"
        "def handler(event, context): return [f'python3.{sys.version_info[1]}', context.get_remaining_time_in_millis()]"
    )
    found = [runtime for runtime in interpreters.installed() if runtime <= "python3.14"]
    assert f"python3.{sys.version_info[1]}" in found
    for runtime in {found[0], found[-1]}:
        ran, remaining = deploy(source, Runtime=runtime, Timeout=60).invoke().payload
        assert (ran, remaining > 0) == (runtime, True)
