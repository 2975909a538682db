"""Every relative link of README and docs/ leads to a file, and every anchor to a heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.project import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def broken(document: Path) -> list[str]:
    """The links in ``document`` that lead nowhere; links to other sites are not followed."""
    targets = LINK.findall(CODE.sub("", document.read_text(encoding="utf-8")))
    return [target for target in targets if "://" not in target and not leads_somewhere(document, target)]


def leads_somewhere(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not anchor or anchor in anchors(file))


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = HEADING.findall(re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.M | re.S))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    assert not broken(document)


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("## `up`, and *down*\n```console\n# no heading\n```\n")
    document = tmp_path / "document.md"
    document.write_text(
        "# Top\n[a](other.md) [b](#top) [c](other.md#up-and-down) [d](https://example.org/no) `[e](not.a.link)`\n"
        "![f](no.png) [g](#bottom)\n[h](other.md#no-heading) [i](../gone/)\n```text\n[j](not.a.link)\n```\n"
    )
    assert broken(document) == ["no.png", "#bottom", "other.md#no-heading", "../gone/"]
