"""Grants and permissions under strict mode: enough, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
import yaml

from deployer.resource import kinds
from localdev.emulator import Emulator
from tests.conftest import CREDENTIALS, deploy
from tests.launcher import ROOT, environment, played_by
from tests.system.deployed import OPERATIONS, up, use


@pytest.fixture
def vault_config(tmp_path: Path) -> Path:
    """An app with a key, and every level of grants."""
    function = {
        "source": str(ROOT / "functions/password"),
        "handler": "app.handler",
        "runtime": "python3.12",
        "grants": {"box": ["read", "write", "delete", "list"], "seal": ["encrypt", "decrypt"]},
    }
    box = {"encryption": "seal", "tls_only": True}
    app = {"buckets": {"box": box}, "keys": {"seal": {}}, "functions": {"all": function}}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"project": "levels", "region": "us-east-1", "apps": {"vault": app}}))
    return config


def test_every_level_of_grants(strict_emulator: Emulator, vault_config: Path) -> None:
    """Each is what its operation needs, and no more than that."""
    vault = up(strict_emulator, vault_config)
    role, bucket = vault.role("vault", "all"), vault.outputs["vault"]["buckets.box.name"]
    vault.client("s3").put_object(Bucket=bucket, Key="k")
    granted = {action for statement in vault.statements(role) for action in statement["Action"]}
    assert granted - {"logs:CreateLogStream", "logs:PutLogEvents"} == OPERATIONS.keys()
    for action in OPERATIONS:
        with vault.without(role, action):
            denied = {other: use(vault, role, other, bucket, "k") for other in OPERATIONS}
        assert {other for other, what in denied.items() if what} == {
            other for other in OPERATIONS if OPERATIONS[other] is OPERATIONS[action]
        }
        assert set(denied.values()) == {None, action}
    down = vault.stack.run("down", "--yes")
    assert down.returncode == 0, down.stdout + down.stderr


@pytest.mark.parametrize("missing", [None, "s3:PutEncryptionConfiguration"])
def test_what_the_deployer_asks_for_is_enough(
    strict_emulator: Emulator, vault_config: Path, missing: str | None
) -> None:
    """As a user who may do what each kind of resource says that it needs (`doctor` tells what is missing)."""
    asked = sorted({action for kind in kinds() for action in kind.permissions} - {missing})
    iam = boto3.client("iam", endpoint_url=strict_emulator.endpoint_url, **CREDENTIALS)  # type: ignore[call-overload]
    name = f"deployer-{len(asked)}"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": asked, "Resource": "*"}]}
    iam.create_user(UserName=name)
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    env = environment(
        AWS_ACCESS_KEY_ID=key["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"],
        **played_by(strict_emulator.endpoint_url),
    )
    options = ("--config", vault_config, "--stage", name, "--target", "aws")
    done = deploy("up", *options, env=env)
    assert done.returncode == (1 if missing else 0), done.stdout + done.stderr
    assert not missing or f"not authorized to perform: {missing}" in done.stdout + done.stderr
    done = deploy("down", "--yes", *options, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
