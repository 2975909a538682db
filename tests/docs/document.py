"""What a document asks its reader to do: its ``console`` and ``diff`` blocks, in order.

In a ``console`` block a line that begins with ``$ `` is a command, continued where it ends with a backslash; what
follows, up to the next command, is what it prints. A block of commands alone is a recipe: it shows no output.
A ``diff`` block is an edit that the reader makes. Blocks of other languages are to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PROMPT = "$ "
READ = frozenset({"json", "mermaid", "python", "text", "yaml"})
# A question and what the reader types: ``Default region name [None]: us-east-1``.
QUESTION = re.compile(r"(.* \[[^]]*\]:) ?(.*)")


class DocumentError(Exception):
    """A document that cannot be followed: what is wrong, and in which line."""


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is the number of its first line."""

    language: str
    line: int
    lines: list[str]


@dataclass(frozen=True)
class Command:
    """What the reader types, and the lines it prints; None where the document does not show them."""

    line: int
    text: str
    output: list[str] | None

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The questions it asks, and what the reader answers."""
        found = (QUESTION.fullmatch(line) for line in self.output or ())
        return [(match[1], match[2]) for match in found if match]

    @property
    def fails(self) -> bool:
        """Whether the document shows an error of it."""
        return any(line.startswith("error: ") for line in self.output or ())


@dataclass(frozen=True)
class Edit:
    """A change that the reader makes to a file, as a patch."""

    line: int
    patch: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown document. Raises DocumentError."""
    block: Block | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("```"):
            if block:
                block.lines.append(line)
        elif line != line.lstrip():
            raise DocumentError(f"line {number}: a block that is indented would be overlooked")
        elif block:
            yield block
            block = None
        else:
            block = Block(line.removeprefix("```"), number + 1, [])
    if block:
        raise DocumentError(f"line {block.line - 1}: this block does not end")


def steps(text: str) -> Iterator[Command | Edit]:
    """What the reader does, in order. Raises DocumentError."""
    for block in blocks(text):
        if block.language == "console":
            yield from _commands(block)
        elif block.language == "diff":
            yield Edit(block.line, "\n".join([*block.lines, ""]))
        elif block.language not in READ:
            raise DocumentError(f"line {block.line - 1}: nobody knows what to do with a block of '{block.language}'")


def _commands(block: Block) -> Iterator[Command]:
    texts: list[tuple[int, str]] = []
    outputs: list[list[str]] = []
    continued = False
    for number, line in enumerate(block.lines, block.line):
        if continued:
            begun, text = texts[-1]
            texts[-1] = begun, f"{text}\n{line}"
        elif line.startswith(PROMPT):
            texts.append((number, line.removeprefix(PROMPT)))
            outputs.append([])
        elif texts:
            outputs[-1].append(line)
            continue
        else:
            raise DocumentError(f"line {number}: a block of commands begins with one")
        continued = line.endswith("\\")
    recipe = not any(map(any, outputs))
    for (number, text), output in zip(texts, outputs, strict=True):
        yield Command(number, text, None if recipe else output)
