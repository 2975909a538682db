from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.errors import ConfigError
from deployer.resource import tag_list
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
_NOBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def _trust(world: World, name: str, document: Any) -> None:
    world.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))


def _policies(world: World, name: str, policies: Any) -> Any:
    iam = world.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy, document in (policies or {}).items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    return policies or {}


def _attach(world: World, name: str, policies: list[str]) -> list[str]:
    made = [
        world.client("iam").create_policy(PolicyName=f"{name}-{policy}", PolicyDocument=_ALL) for policy in policies
    ]
    for policy in made:
        world.client("iam").attach_role_policy(RoleName=name, PolicyArn=policy["Policy"]["Arn"])
    return [policy["Policy"]["Arn"] for policy in made]


def _move(world: World, name: str, path: str) -> None:
    """There is no moving a role: it is deleted and made anew."""
    role = world.client("iam").get_role(RoleName=name)["Role"]
    policies = {policy: _document(world, name, policy) for policy in _inline(world, name)}
    _policies(world, name, {})
    world.client("iam").delete_role(RoleName=name)
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    world.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust, Tags=role["Tags"])
    _policies(world, name, policies)


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    iam = world.client("iam")
    iam.untag_role(RoleName=name, TagKeys=[tag["Key"] for tag in iam.get_role(RoleName=name)["Role"]["Tags"]])
    iam.tag_role(RoleName=name, Tags=tag_list(tags))


def _inline(world: World, name: str) -> Any:
    return world.client("iam").list_role_policies(RoleName=name)["PolicyNames"]


def _document(world: World, name: str, policy: str) -> Any:
    return world.client("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]


def LOOK(world: World, name: str) -> Any:
    role = world.client("iam").get_role(RoleName=name)["Role"]
    return (
        {key: role[key] for key in ("Path", "Arn", "AssumeRolePolicyDocument")},
        sorted(role.get("Tags", []), key=str),
        {policy: _document(world, name, policy) for policy in _inline(world, name)},
        world.client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"],
    )


WRITE = {
    "Path": _move,
    "AssumeRolePolicyDocument": _trust,
    "Policies": _policies,
    "ManagedPolicies": _attach,
    "Tags": _tag,
}
_TRUST, _GRANT = r"AssumeRolePolicyDocument\.Statement", r"Policies\.grants\.Statement"
OTHER = {
    r"Path changed": "/elsewhere/",
    r"AssumeRolePolicyDocument added": {"Id": "by-hand"},
    rf"({_TRUST}|{_GRANT}) added": lambda statements: {**statements[0], "Effect": "Deny"},
    rf"({_TRUST}|{_GRANT})\[\d\] added": {"Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"}}},
    rf"({_TRUST}|{_GRANT})\[\d\]\.Effect changed": "Deny",
    rf"{_TRUST}\[0\]\.Principal added": {"AWS": "arn:aws:iam::000000000000:root"},
    rf"{_TRUST}\[0\]\.Principal\.Service changed": "edgelambda.amazonaws.com",
    rf"{_TRUST}\[0\]\.Action changed": "sts:TagSession",
    rf"{_GRANT}\[\d\]\.Action(\[\d\] changed| added)": "s3:ListAllMyBuckets",
    r"Policies added": {"more": json.loads(_ALL)},
    r"ManagedPolicies added": "by-hand",
}
IMPOSSIBLE = {
    r".*\.Version (changed|removed)": "emulators know one version alone",
    r"(Path|AssumeRolePolicyDocument) removed": "a role has it",
    rf"({_TRUST}|{_GRANT}|{_TRUST}\[0\]) removed": "a policy has statements",
    rf"({_TRUST}|{_GRANT})\[\d\]\.(Effect|Principal|Principal\.Service|Action|Resource) removed": "a statement has it",
    rf"{_GRANT}\[[1-9]\]\.Action\[0\] removed": "a statement has an action",
    r"Policies\.grants added": "such a policy has a version and statements",
}


def FOREIGN(world: World, name: str, tags: dict[str, str]) -> None:
    world.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_NOBODY, Tags=tag_list(tags))


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
