"""Somebody who does all that a document says, and looks whether it happens."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.docs.comparison import Comparison
from tests.docs.document import Command, Edit, steps
from tests.docs.terminal import Terminal

LIMIT = 240  # seconds a command may take before it counts as hanging
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
            place = f"{document.name}:{step.line}"
            if isinstance(step, Edit):
                _edit(step, folder, place)
            elif not CLONE.match(step.text):
                _type(step, terminal, comparison, place)


def _edit(edit: Edit, folder: Path, place: str) -> None:
    done = subprocess.run(
        ["git", "apply", "-p0"],
        input=edit.patch,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Disagreement(f"{place}: this edit cannot be made\n{done.stderr}")


def _type(command: Command, terminal: Terminal, comparison: Comparison, place: str) -> None:
    text = comparison.in_this_run(command.text)
    answers = [(question, comparison.in_this_run(answer)) for question, answer in command.answers]
    said = f"{place}: $ {text}"
    try:
        code, got = terminal.run(text, answers, LIMIT)
    except TimeoutError as error:
        raise Disagreement(f"{said}\n{error}") from None
    output = "\n".join(got)
    if bool(code) != command.fails:
        expected = "fails, says the document, but it does not" if command.fails else f"fails with exit code {code}"
        raise Disagreement(f"{said}\nthis {expected}; it prints:\n{output}")
    if command.output is not None and (difference := comparison.difference(command.output, got)):
        raise Disagreement(f"{said}\n{difference}")
