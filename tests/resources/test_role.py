from __future__ import annotations

import json

import pytest

from deployer.aws import Aws
from deployer.errors import ConfigError
from tests.resources.worlds import World

CONFIG = """
buckets:
  files: {}
functions:
  worker: {source: code, grants: {files: write}}
"""
EDITED = """
buckets:
  files: {}
functions:
  worker: {source: code, grants: {files: [read, list]}}
"""
_NOBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def _trust(aws: Aws, name: str) -> None:
    aws.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(_NOBODY))


def _policy(aws: Aws, name: str) -> None:
    aws.client("iam").put_role_policy(RoleName=name, PolicyName="more", PolicyDocument=json.dumps(_ALL))


def _managed(aws: Aws, name: str) -> None:
    policy = aws.client("iam").create_policy(PolicyName=f"{name}-extra", PolicyDocument=json.dumps(_ALL))
    aws.client("iam").attach_role_policy(RoleName=name, PolicyArn=policy["Policy"]["Arn"])


def _tags(aws: Aws, name: str) -> None:
    aws.client("iam").untag_role(RoleName=name, TagKeys=["skiff:id"])


DRIFT = {"AssumeRolePolicyDocument": _trust, "Policies": _policy, "ManagedPolicies": _managed, "Tags": _tags}


def FOREIGN(aws: Aws, name: str) -> None:
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_NOBODY))


def test_it_grants_what_is_written_and_its_own_log_group(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    names = {outcome.change.kind.kind: outcome.change.name for outcome in outcomes}
    answer = aws.client("iam").get_role_policy(RoleName=names["role"], PolicyName="grants")
    account = aws.stack.account
    group = f"arn:aws:logs:us-east-1:{account}:log-group:{names['log_group']}:*"
    assert answer["PolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group},
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"arn:aws:s3:::{names['bucket']}/*"},
    ]


def test_a_path_narrows_a_grant_to_the_objects_below_it(world: World) -> None:
    aws, outcomes = world.up("""
buckets: {files: {}}
functions: {worker: {source: code, grants: {files/uploads/*: [read, write], files: list}}}
""")
    names = {outcome.change.kind.kind: outcome.change.name for outcome in outcomes}
    answer = aws.client("iam").get_role_policy(RoleName=names["role"], PolicyName="grants")
    bucket = f"arn:aws:s3:::{names['bucket']}"
    assert [(each["Action"], each["Resource"]) for each in answer["PolicyDocument"]["Statement"][1:]] == [
        (["s3:GetObject"], f"{bucket}/uploads/*"),
        (["s3:PutObject"], f"{bucket}/uploads/*"),
        (["s3:ListBucket"], bucket),
    ]


@pytest.mark.parametrize("grant", ["files/uploads/*: list", "files/: read", "files/${site.name}/*: read"])
def test_what_a_path_cannot_narrow_is_refused(world: World, grant: str) -> None:
    sections = f"buckets: {{files: {{}}}}\nfunctions:\n  worker:\n    source: code\n    grants:\n      {grant}"
    with pytest.raises(ConfigError, match=r"config\.yaml:11: '(list|read)' of 'files' cannot be limited to"):
        world.plan(sections)
