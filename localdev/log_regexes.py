"""The regular expressions that patterns of log events may have, matched in a time that grows as the text does.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html: they have no groups, so each is a
choice between sequences of characters' classes. Python's own would try every way to share a text out between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ALLOWED = re.compile(r"[\w:#=@/;,^$?\[\]{}|\\*+.\s-]+", re.ASCII)
STEP = re.compile(
    r"(?P<anchor>[\^$])|(?P<or>\|)"
    r"|(?P<one>\\x[0-9A-Fa-f]{2}|\\[dDsSwW]|\\[^\w\s]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\?*+{}|\[\]])"
    r"(?:(?P<often>[?*+])|\{(?P<least>\d{1,3})(?:(?P<comma>,)(?P<most>\d{1,3})?)?\})?"
)
OFTEN = {"?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True)
class Repeated:
    one: re.Pattern[str]  # of one character
    least: int
    most: int | None


Sequence = list[Repeated | str]


def parse(text: str) -> list[Sequence]:
    """Raises ValueError with what is wrong."""
    if not ALLOWED.fullmatch(text):
        raise ValueError(f"Invalid character(s) in regular expression '%{text}%'")
    sequences: list[Sequence] = [[]]
    at = 0
    while at < len(text):
        step = STEP.match(text, at)
        if step is None:
            raise ValueError(f"Invalid regular expression '%{text}%' at '{text[at:]}'")
        at = step.end()
        if step["or"]:
            sequences.append([])
        else:
            sequences[-1].append(step["anchor"] or _repeated(step, text))
    return sequences


def _repeated(step: re.Match[str], text: str) -> Repeated:
    least: int
    most: int | None
    least, most = OFTEN.get(step["often"], (1, 1))
    if step["least"]:
        least = int(step["least"])
        most = int(step["most"]) if step["most"] else None if step["comma"] else least
    if most is not None and most < least:
        raise ValueError(f"Invalid regular expression '%{text}%': at least {least}, at most {most} times")
    try:
        return Repeated(re.compile(step["one"], re.ASCII), least, most)
    except re.error as error:
        raise ValueError(f"Invalid regular expression '%{text}%': {error}") from None


def search(sequences: list[Sequence], text: str) -> bool:
    """Whether one of them is somewhere in it."""
    return any(_places(sequence, text) for sequence in sequences)


def _places(sequence: Sequence, text: str) -> int:
    """Where it may end: bit n is set for the place before character n."""
    ends = (2 << len(text)) - 1
    for step in sequence:
        if isinstance(step, str):
            ends &= 1 if step == "^" else 1 << len(text) | 1 << len(text.removesuffix("\n"))
            continue
        fitting = _fitting(step.one, text)
        for _ in range(step.least):
            ends = (ends & fitting) << 1
        if step.most is None:
            # Where a run of fitting characters begins, adding carries through to its end.
            ends |= ((ends & fitting) + fitting) ^ fitting
        else:
            for _ in range(step.most - step.least):
                ends |= (ends & fitting) << 1
        if not ends:
            break
    return ends


def _fitting(one: re.Pattern[str], text: str) -> int:
    """Bit n is set if character n fits."""
    bits = bytearray(b"0" * (len(text) + 1))
    for found in one.finditer(text):
        bits[-1 - found.start()] = ord("1")
    return int(bits, 2)
