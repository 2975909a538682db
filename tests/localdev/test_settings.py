"""Nothing of the user's shell reaches LocalStack."""

from __future__ import annotations

from pathlib import Path

import pytest

from localdev.settings import localstack_environment


@pytest.mark.parametrize(
    "name",
    ["AWS_ENDPOINT_URL", "AWS_PROFILE", "SERVICES", "DEBUG", "LOCALSTACK_AUTH_TOKEN", "https_proxy", "PYTHONPATH"],
)
def test_variables_of_the_shell_stay_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "of-the-user")
    assert "of-the-user" not in localstack_environment(Path("/root"), 4566).values()


def test_every_folder_is_below_the_root() -> None:
    environment = localstack_environment(Path("/r"), 1234)
    folders = ("HOME", "XDG_CACHE_HOME", "CONFIG_DIR", "TMP", "FILESYSTEM_ROOT")
    assert all(environment[name].startswith("/r") for name in folders)


def test_it_neither_downloads_nor_reports_nor_exposes() -> None:
    environment = localstack_environment(Path("/r"), 1234)
    assert environment["GATEWAY_LISTEN"] == environment["LOCALSTACK_HOST"] == "127.0.0.1:1234"
    expected = {
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
        "OVERRIDE_IN_DOCKER": "0",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "S3_SKIP_SIGNATURE_VALIDATION": "0",
    }
    assert environment.items() >= expected.items()


def test_its_services_reach_each_other_without_the_network() -> None:
    assert localstack_environment(Path("/r"), 1234)["IN_MEMORY_CLIENT"] == "1"
