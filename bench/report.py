"""Figures as Markdown, which is read as well in a terminal."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """One aim. ``measured`` and ``aim`` as people read them; ``reason``: what stands in the way, if it is known."""

    what: str
    measured: str
    aim: str
    met: bool
    reason: str = ""


def at_most(what: str, value: float, aim: float, form: str, reason: str = "") -> Aim:
    """An aim for a value that should be small; ``form`` prints either, such as ``"{:.1f} s"``."""
    return Aim(what, form.format(value), form.format(aim), value <= aim, reason)


def aims(found: Iterable[Aim]) -> str:
    """All of them in a table, and below it what stands in the way of those that are not met."""
    found = list(found)
    lines = table(
        ("aim", "measured", "at most", "met"),
        ((each.what, each.measured, each.aim, "✓" if each.met else "✗") for each in found),
    )
    reasons = [f"- {each.what}: {each.reason}" for each in found if not each.met and each.reason]
    return "\n".join([lines, *(["", *reasons] if reasons else [])])


def listed(calls: dict[str, int]) -> str:
    """Operations and how often each was called, the latter only where it is more than once."""
    return ", ".join(name if number == 1 else f"{number} {name}" for name, number in sorted(calls.items()))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    return "\n".join(f"| {' | '.join(_aligned(line, widths))} |" for line in (head, rule, *lines[1:]))


def _aligned(line: tuple[str, ...], widths: list[int]) -> list[str]:
    cells = list(zip(line, widths, strict=True))
    return [cells[0][0].ljust(cells[0][1]), *(text.rjust(width) for text, width in cells[1:])]
