"""Whether a command printed what a document shows.

Everything must be the same but what no two runs have in common: durations, dates, numbers of calls, and names that
are made up, such as an API's id. A made-up name stands for the same one throughout a document, in commands too.
``…`` stands for whatever there is, on a line of its own for any number of lines. Lines of progress, one for each
change, may come in any order; beside a ``…`` they are some of those there are. What says that something takes long, or
that a day has begun, may come anywhere.
"""

from __future__ import annotations

import difflib
import re

ANYTHING = "…"
# What differs in every run.
PASSING = {
    "seconds": r" *\d+\.\d s\b",
    "milliseconds": r"\d+(?:\.\d+)? ms\b",
    "memory": r"(?<=Used: )\d+(?= MB)|\d+(?= of \d+ MB)",
    "calls": r"\d+(?= calls\))",
    "date": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?",
    "clock": r"\b\d\d:\d\d:\d\d(?:\.\d+)?",
    "age": r"\d\d:\d\d UTC, \d+ (?:s|min) ago *",
    "sha256": r"(?<=sha256 )[\w+/]{12}",
    "platform": r"\bcpython-\d+-\w+-\w+",
}
# What stands for the same thing throughout a document.
MADE_UP = {
    "api": r"(?<=execute-api/)[a-z0-9]{10}\b|(?<=https://)[a-z0-9]{10}(?=\.execute-api)",
    "request": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "short": r"(?<=  )[0-9a-f]{8}(?=  )",
    "code": r"\b[a-z]+_\d{8}_\d{6}_[0-9a-f]{32}",
    "version": r"(?<=ersion_id\": \")[\w.-]+|(?<=ersionId\": \")[\w.-]+",
}
KINDS = PASSING | MADE_UP
VARYING = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()) + f"|{ANYTHING}")
ANYWHERE = re.compile(r"  … \S+ +.*, \d+ s|\d{4}-\d\d-\d\d")
PROGRESS = re.compile(r"  ([+~±…-]|LocalStack) ")


class Comparison:
    """Compares what one document shows with what one run of it prints. ``known``: made-up names, and the run's."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = dict(known)

    def in_this_run(self, text: str) -> str:
        """``text`` of the document with the names that this run has made up."""
        for shown, name in self.known.items():
            text = text.replace(shown, name)
        return text

    def difference(self, want: list[str], got: list[str]) -> str:
        """How ``got`` differs from what the document shows, as a diff; empty if it does not."""
        want, got = _in_order(want), _in_order(got)
        pattern, names = self._pattern(want)
        found = re.fullmatch(pattern, "".join(f"{line}\n" for line in got))
        if found:
            self.known |= {shown: found[group] for shown, group in names.items()}
            return ""
        shown = [self.in_this_run(line) for line in want]
        # What varies only distracts, unless there is nothing else.
        return _diff(_plain(shown), _plain(got)) or _diff(shown, got)

    def _pattern(self, lines: list[str]) -> tuple[str, dict[str, str]]:
        """What fits ``lines``, and the groups of the made-up names that are new in them."""
        names: dict[str, str] = {}

        def fitting(token: re.Match[str]) -> str:
            kind, text = token.lastgroup, token[0]
            if kind not in MADE_UP:
                return f"(?:{KINDS[kind]})" if kind else ".*?"
            if text in self.known:
                return re.escape(self.known[text])
            if text in names:
                return f"(?P={names[text]})"
            names[text] = f"name{len(names)}"
            return f"(?P<{names[text]}>{KINDS[kind]})"

        pattern = ""
        for line in lines:
            if line == ANYTHING:
                pattern += "(?:.*\n)*?"
                continue
            end = 0
            for token in VARYING.finditer(line):
                pattern += re.escape(self.in_this_run(line[end : token.start()])) + fitting(token)
                end = token.end()
            pattern += re.escape(self.in_this_run(line[end:])) + "\n"
        return pattern, names


def _in_order(lines: list[str]) -> list[str]:
    """Without trailing space and blank lines, and what may come anywhere; lines of progress in a row are sorted."""
    ordered: list[str] = []
    progress: list[str] = []
    kept = (line.rstrip() for line in lines if not ANYWHERE.fullmatch(line))
    for line in [*kept, ""]:
        if PROGRESS.match(line):
            progress.append(line)
        else:
            gap = [ANYTHING] if ANYTHING in (line, *ordered[-1:]) else []
            for each in sorted(progress):
                ordered += [*gap, each]
            ordered += [*gap, line]
            progress = []
    while ordered and not ordered[-1]:
        ordered.pop()
    return ordered


def _diff(want: list[str], got: list[str]) -> str:
    return "\n".join(difflib.unified_diff(want, got, "document", "run", n=99, lineterm=""))


def _plain(lines: list[str]) -> list[str]:
    return [VARYING.sub(lambda token: f"<{token.lastgroup}>" if token.lastgroup else ANYTHING, line) for line in lines]
