"""Documents, done word for word as a newcomer does them: what they show is what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.docs.project import Project
from tests.docs.reader import follow

# The account that documents deploy to is the emulator's: it takes an access key of twelve digits for a number of one.
SHOWN_KEY = "AKIAIOSFODNN7EXAMPLE"
ACCOUNT = "111122223333"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Project:
    return Project(tmp_path_factory.mktemp("docs") / "skiff", free_port())


@pytest.fixture
def project(copy: Project) -> Iterator[Project]:
    copy.renew()
    try:
        yield copy
    finally:
        copy.emulator.stop()
    assert not copy.emulator.status().running


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        ("README.md", {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "secret"}),
        ("docs/tutorial.md", {}),  # it has the reader configure them
        ("docs/localdev.md", {}),
    ],
)
def test_what_a_document_shows_is_what_happens(project: Project, name: str, credentials: dict[str, str]) -> None:
    environment = project.environment() | credentials
    follow(project.folder / name, project.folder, environment, {SHOWN_KEY: ACCOUNT})
