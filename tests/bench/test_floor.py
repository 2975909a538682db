"""The bench's comparison is honest: its floor and the deployer make the very same resources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.deployments import zipped
from bench.processes import StepFailed, environment, python
from tests.conftest import Stack, StackMaker

Floor = Callable[[str], None]


@pytest.fixture
def deployer(stack: StackMaker) -> Stack:
    return stack(stage="bench")


@pytest.fixture
def floor(deployer: Stack) -> Floor:
    """``floor("up")`` runs one step and expects it to succeed."""
    archive, variables = zipped(), environment(AWS_ENDPOINT_URL=deployer.endpoint_url)

    def run(step: str) -> None:
        python(Path("bench", "floor.py"), step, archive, variables=variables)

    return run


def test_deployer_finds_nothing_to_do_after_the_floor(deployer: Stack, floor: Floor) -> None:
    floor("up")
    plan = deployer.run("plan", "qr", "--check")
    assert plan.returncode == 0, plan.stdout


def test_floor_finds_all_as_wanted_after_the_deployer(deployer: Stack, floor: Floor) -> None:
    deployer.json("up", "qr")
    floor("noop")


def test_floor_deletes_all_that_the_deployer_makes(deployer: Stack, floor: Floor) -> None:
    deployer.json("up", "qr")
    floor("down")
    assert deployer.json("down")["changes"] == []


def test_floor_notices_what_is_not_as_wanted(deployer: Stack, floor: Floor, client: Callable[[str], Any]) -> None:
    floor("up")
    client("logs").put_retention_policy(logGroupName="/aws/lambda/skiff-bench-qr-generator", retentionInDays=7)
    with pytest.raises(StepFailed, match="not as wanted"):
        floor("noop")
