"""AWS's managed policies, which accounts share as long as nobody looks."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localdev.emulator import Emulator
from localdev.testing import Account

pytestmark = pytest.mark.emulator
AT_ONCE = 6
NOBODY = '{"Version": "2012-10-17", "Statement": []}'
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

MADE_ONCE = """
from localdev.services import iam
from localstack.services.iam.iam_patches import apply_iam_patches
from localstack.aws.patches import patch_moto_iam_config
from moto.iam import models

patch_moto_iam_config()
iam.apply()
apply_iam_patches()
read = []
loads = models.json.loads
models.json.loads = lambda text: read.append(len(text)) or loads(text)

accounts = [models.iam_backends[f"{number:012}"]["aws"] for number in range(3)]
accounts[0].create_role("role", "{}", "/", None, "", [], 3600)
assert read == []
policies = [account.managed_policies[ARN] for account in accounts]
assert len(read) == 1
assert len({id(each) for each in policies}) == 3
assert len({id(each.document) for each in policies}) == 1
assert [each.account_id for each in policies] == [f"{number:012}" for number in range(3)]
assert len(accounts[0].managed_policies) > 1000
assert accounts[0].managed_policies is accounts[0].managed_policies
""".replace("ARN", repr(ADMINISTRATOR))


@pytest.fixture(scope="module")
def iam(emulator: Emulator) -> Callable[[str], Any]:
    def iam(account: str) -> Any:
        return boto3.client(
            "iam",
            endpoint_url=emulator.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=account,
            aws_secret_access_key="test",
        )

    return iam


@pytest.mark.feature("IAM", "AWS's managed policies")
def test_each_account_has_the_managed_policies_and_attaches_them_for_itself(iam: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html"""
    one, other = iam("111111111111"), iam("222222222222")
    one.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    one.attach_role_policy(RoleName="role", PolicyArn=ADMINISTRATOR)
    assert one.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"] == 1
    assert other.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"] == 0
    version = other.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1")["PolicyVersion"]
    assert version["Document"]["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    one.detach_role_policy(RoleName="role", PolicyArn=ADMINISTRATOR)
    one.delete_role(RoleName="role")


def test_they_are_read_once_and_only_if_someone_looks(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", MADE_ONCE], env={"HOME": str(tmp_path)}, check=True)


def test_of_roles_created_at_once_under_one_name_there_is_one(aws_account: Account) -> None:
    meeting = threading.Barrier(AT_ONCE, timeout=60)
    once = Config(retries={"total_max_attempts": 1})

    def create(iam: Any) -> int:
        made = 0
        for number in range(30):
            meeting.wait()
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=NOBODY)
                made += 1
        return made

    with ExitStack() as closing, ThreadPoolExecutor(AT_ONCE) as pool:
        clients = [aws_account.client("iam", config=once) for _ in range(AT_ONCE)]
        for each in clients:
            closing.callback(each.close)
        assert sum(pool.map(create, clients)) == 30
