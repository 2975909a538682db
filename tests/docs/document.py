"""What a document asks its reader to do: its ``console`` and ``diff`` blocks, in order.

In a ``console`` block a line that begins with ``$ `` is a command, continued where it ends with a backslash, or up to
``END`` where it ends with ``<<'END'``; what follows, up to the next command, is what it prints. A block of commands
alone is a recipe: it shows no output. A block that begins without a command and ends with ``^C`` shows what the last
command of the block before prints next, until the reader stops it. A ``diff`` block is an edit that the reader makes.
Blocks of other languages are to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

PROMPT = "$ "
STOP = "^C"
TEXT, END = "<<'END'", "END"
READ = frozenset({"hcl", "json", "mermaid", "python", "text", "yaml"})
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
    """What the reader types, and the lines it prints; None where the document does not show them.

    ``goes_on``: it still runs while the reader does what comes next, until a Rest.
    """

    line: int
    text: str
    output: list[str] | None
    goes_on: bool = False

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
class Rest:
    """The lines that a command which goes on prints next; then the reader types Ctrl-C."""

    line: int
    output: list[str]


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


def steps(text: str) -> list[Command | Rest | Edit]:
    """What the reader does, in order. Raises DocumentError."""
    found: list[Command | Rest | Edit] = []
    for block in blocks(text):
        if block.language == "console" and block.lines[:1] and not block.lines[0].startswith(PROMPT):
            _go_on(found, block)
            found.append(Rest(block.line, block.lines[:-1]))
        elif block.language == "console":
            found += _commands(block)
        elif block.language == "diff":
            found.append(Edit(block.line, "\n".join([*block.lines, ""])))
        elif block.language not in READ:
            raise DocumentError(f"line {block.line - 1}: nobody knows what to do with a block of '{block.language}'")
    return found


def _go_on(found: list[Command | Rest | Edit], block: Block) -> None:
    """The last command is the one that ``block`` shows the rest of."""
    last = max((index for index, step in enumerate(found) if not isinstance(step, Edit)), default=None)
    command = None if last is None else found[last]
    if last is None or not isinstance(command, Command) or block.lines[-1] != STOP:
        raise DocumentError(f"line {block.line}: a block of commands begins with one, or ends one with {STOP}")
    found[last] = replace(command, goes_on=True)


def _commands(block: Block) -> Iterator[Command]:
    texts: list[tuple[int, str]] = []
    outputs: list[list[str]] = []
    continued = text_follows = False
    for number, line in enumerate(block.lines, block.line):
        if continued:
            begun, text = texts[-1]
            texts[-1] = begun, f"{text}\n{line}"
        elif line.startswith(PROMPT):
            texts.append((number, line.removeprefix(PROMPT)))
            outputs.append([])
        else:
            outputs[-1].append(line)
            continue
        text_follows = line.endswith(TEXT) or (text_follows and line != END)
        continued = text_follows or line.endswith("\\")
    recipe = not any(map(any, outputs))
    for (number, text), output in zip(texts, outputs, strict=True):
        yield Command(number, text, None if recipe else output)
