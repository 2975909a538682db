"""What the emulator does as AWS does, as a table made from the tests that check it: ``python -m tests.features``.

A test says what it checks with ``@pytest.mark.feature("Lambda", "handlers that run out of time")``. Its status is
"as AWS", unless the mark says ``partly="how it differs"``, or ``lacking="what happens instead"`` where the test checks
that what is not emulated is answered with a clear error.
"""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAD = """# What the emulator emulates

Made by `make features` from the marks of the tests that check it; a test that fails or is skipped fails the suite.
"as AWS" means: as far as the test looks, with the source of the rule in its docstring.
"""
OURS = "Toolkit"  # whose features AWS does not have


@dataclass
class Feature:
    """One row: where it differs from AWS, and the files whose tests check it."""

    status: str
    files: set[str] = field(default_factory=set)


class Marks:
    """A pytest plugin that gathers the marks of all tests it collects: service → what → row."""

    def __init__(self) -> None:
        self.features: dict[str, dict[str, Feature]] = defaultdict(dict)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            for mark in item.iter_markers("feature"):
                self._add(item, *mark.args, **mark.kwargs)

    def _add(
        self, item: pytest.Item, service: str, what: str, partly: str | None = None, lacking: str | None = None
    ) -> None:
        whole = "as said" if service == OURS else "as AWS"
        status = f"partly: {partly}" if partly else f"not: {lacking}" if lacking else whole
        row = self.features[service].setdefault(what, Feature(status))
        if row.status != status:
            raise pytest.UsageError(f"{item.nodeid}: {what!r} is said to be {status!r} here, and {row.status!r} before")
        row.files.add(item.path.relative_to(ROOT).as_posix())


def table() -> str:
    """The whole document, in Markdown. Raises SystemExit if the tests cannot be collected."""
    marks = Marks()
    with contextlib.redirect_stdout(sys.stderr):
        ended = pytest.main(["--collect-only", "--quiet", "--no-summary", "-n0", "tests/localdev"], plugins=[marks])
    if ended:
        raise SystemExit(int(ended))
    sections = [HEAD]
    for service, rows in sorted(marks.features.items()):
        sections.append(f"## {service}\n\n| feature | status | checked in |\n|---|---|---|")
        for what, row in sorted(rows.items(), key=lambda row: row[0].lower()):
            links = ", ".join(f"[{Path(name).stem}](../{name})" for name in sorted(row.files))
            sections[-1] += f"\n| {what} | {row.status} | {links} |"
        sections[-1] += "\n"
    return "\n".join(sections)


if __name__ == "__main__":
    sys.stdout.write(table())
