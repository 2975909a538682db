"""What an emulator has been asked is read from its log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.deployments import ours
from bench.emulators import calls
from localdev.emulator import Emulator


def test_each_call_counts_whatever_comes_of_it(emulator: Emulator, client: Callable[[str], Any]) -> None:
    s3 = client("s3")
    before = calls(emulator)
    s3.list_buckets()
    s3.list_buckets()
    with pytest.raises(s3.exceptions.ClientError):
        s3.head_bucket(Bucket="there-is-none")
    assert calls(emulator) - before == 3


def test_the_emulator_and_the_deployer_count_alike(emulator: Emulator) -> None:
    for step, _, sent in ours(emulator.endpoint_url, "password"):
        if step == "up":
            before = calls(emulator)
        elif step == "noop":
            assert calls(emulator) - before == sum(sent.values())
