"""What an emulator has been asked is read from its log."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from bench.deployments import ours
from bench.emulators import calls, emulator
from localdev.emulator import Emulator
from tests.conftest import CREDENTIALS


@pytest.fixture(scope="module")
def own() -> Iterator[Emulator]:
    """Nothing else asks it anything: of what tests before have made, something may still be calling."""
    with emulator() as started:
        yield started


@pytest.mark.emulator
def test_each_call_counts_whatever_comes_of_it(own: Emulator) -> None:
    s3 = boto3.client("s3", endpoint_url=own.endpoint_url, **CREDENTIALS)
    before = calls(own)
    s3.list_buckets()
    s3.list_buckets()
    with pytest.raises(s3.exceptions.ClientError):
        s3.head_bucket(Bucket="there-is-none")
    assert calls(own) - before == 3
    s3.close()


@pytest.mark.emulator
def test_the_emulator_and_the_deployer_count_alike(own: Emulator) -> None:
    for step, _, sent in ours(own.endpoint_url, "password"):
        if step == "up":
            before = calls(own)
        elif step == "noop":
            assert calls(own) - before == sum(sent.values())
