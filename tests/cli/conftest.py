"""A stranger's project: a folder with a configuration and some code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusal import write_project
from tests.launcher import LIMIT, ROOT, Ended, environment


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project").parent


@pytest.fixture
def without_emulator(free_port: Callable[[], int]) -> Callable[..., Ended]:
    """Like ``deploy``, where nothing is at the address of this project's emulator."""
    script = f"from deployer import cli, emulator; emulator.own = lambda: 'http://127.0.0.1:{free_port()}'; cli.main()"

    def deploy(*arguments: str | Path) -> Ended:
        process = subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            env=environment(),
            cwd=ROOT,
            timeout=LIMIT,
            check=False,
        )
        return Ended(process.args, process.returncode, process.stdout, process.stderr)

    return deploy


@pytest.fixture
def left(client: Callable[[str], Any]) -> Callable[[str], list[str]]:
    """``left("shop-t1-")``: everything of that name, as the services themselves say."""

    def names(prefix: str) -> list[str]:
        found = [
            *(bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]),
            *_pages(client("iam"), "list_roles", "Roles", "RoleName"),
            *_pages(client("lambda"), "list_functions", "Functions", "FunctionName"),
            *_pages(client("logs"), "describe_log_groups", "logGroups", "logGroupName"),
            *_pages(client("apigateway"), "get_rest_apis", "items", "name"),
        ]
        return [name for name in found if name.removeprefix("/aws/lambda/").startswith(prefix)]

    return names


def _pages(client: Any, operation: str, items: str, name: str) -> list[str]:
    return [item[name] for page in client.get_paginator(operation).paginate() for item in page[items]]
