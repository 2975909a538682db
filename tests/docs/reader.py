"""Somebody who does all that a document says, and looks whether it happens."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.docs.comparison import Comparison
from tests.docs.document import Command, Edit, Rest, steps
from tests.docs.terminal import Terminal

LIMIT = 600  # seconds a command may take before it counts as hanging
INTERRUPTED = 130  # exit code
CLONE = re.compile(r"^git clone \S+ skiff && cd skiff$")


class Disagreement(AssertionError):
    """A document says otherwise; where, and what."""


def follow(document: Path, folder: Path, environment: dict[str, str], known: dict[str, str]) -> None:
    """Do all that ``document`` says, in ``folder``, which is what it would have the reader clone.

    ``known``: names in the document that stand for others here. Raises Disagreement.
    """
    comparison = Comparison(known)
    with Terminal(folder, environment) as terminal:
        for step in steps(document.read_text(encoding="utf-8")):
            said = f"{document.name}:{step.line}:"
            try:
                if isinstance(step, Edit):
                    _edit(step, folder)
                elif isinstance(step, Rest):
                    _stop(step, terminal, comparison)
                elif not CLONE.match(step.text):
                    said += f" $ {comparison.in_this_run(step.text)}"
                    _type(step, terminal, comparison)
            except (Disagreement, TimeoutError) as error:
                raise Disagreement(f"{said}\n{error}") from None


def _edit(edit: Edit, folder: Path) -> None:
    done = subprocess.run(
        ["git", "apply", "-p0"],
        input=edit.patch,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Disagreement(f"this edit cannot be made\n{done.stderr}")


def _type(command: Command, terminal: Terminal, comparison: Comparison) -> None:
    answers = [(question, comparison.in_this_run(answer)) for question, answer in command.answers]
    terminal.type(comparison.in_this_run(command.text))
    if command.goes_on:
        _see(command.output or [], terminal, comparison)
        return
    code, got = terminal.read(LIMIT, answers)
    if bool(code) != command.fails:
        expected = "fails, says the document, but it does not" if command.fails else f"fails with exit code {code}"
        raise Disagreement("\n".join([f"this {expected}; it prints:", *got]))
    if command.output is not None and (difference := comparison.difference(command.output, got)):
        raise Disagreement(difference)


def _see(want: list[str], terminal: Terminal, comparison: Comparison) -> None:
    """Wait for the lines that a command prints before it goes on."""
    code, got = terminal.read(LIMIT, enough=lambda lines: not comparison.difference(want, lines))
    if code is not None:
        raise Disagreement("\n".join([f"this ends, with exit code {code}; it prints:", *got]))


def _stop(rest: Rest, terminal: Terminal, comparison: Comparison) -> None:
    _see(rest.output, terminal, comparison)
    terminal.interrupt()
    code, got = terminal.read(LIMIT)
    if code != INTERRUPTED or any(got):
        raise Disagreement("\n".join([f"Ctrl-C ends this with exit code {code}; it prints:", *got]))
