from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer import apply, aws
from tests.resources.worlds import World

_numbers = itertools.count()

_SERVICES = ("apigateway", "iam", "kms", "lambda", "logs", "s3", "sts")

# moto's PutRestApi drops integrations, so that what builds on it shows itself on LocalStack alone.
_NOT_IN_MOTO = {"rest_api", "permission"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not _beyond_moto(item)]


def _beyond_moto(item: pytest.Item) -> bool:
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    subject = parameters.get("kind") or item.path.stem.removeprefix("test_")
    return parameters.get("world") == "moto" and subject in _NOT_IN_MOTO


@pytest.fixture(
    params=[pytest.param("moto", marks=pytest.mark.moto), pytest.param("localstack", marks=pytest.mark.emulator)]
)
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    project = f"laws{os.getpid()}x{next(_numbers)}"
    if request.param == "localstack":
        yield World(tmp_path, project, request.getfixturevalue("emulator").endpoint_url)
        return
    from moto import mock_aws
    from moto.backends import get_backend

    # Its services import each other, and what answers for them at the first call: not in several threads at once.
    for service in _SERVICES:
        importlib.import_module(f"{get_backend(service).backend.__module__.rpartition('.')[0]}.urls")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(apply, "PATIENCE", (0.5, 0.5))
    monkeypatch.setattr(aws, "PAUSES", (0.01, 0.1))
    with mock_aws():
        yield World(tmp_path, project, None)
