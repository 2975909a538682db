"""The QR function's storage, started as Lambda would start it."""

import random

import pytest

from tests.functions.qr.puts import SECRETS

NAMES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


@pytest.fixture
def start(load, monkeypatch):
    """start(region, **more environment) is the module after a cold start."""

    def start(region="eu-west-1", **more):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        for name, value in (SECRETS | regions | more).items():
            monkeypatch.setenv(name, value)
        return load("qr", "storage")

    return start


@pytest.fixture
def pauses(slept, monkeypatch):
    """The pauses between tries, as long as they come."""
    monkeypatch.setattr(random, "random", lambda: 1)
    return slept
