"""Who may do what: policies of identities, in all services."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.localdev.strict.account import (
    ACCOUNT,
    REGION,
    SESSION,
    Account,
    allow,
    credentials,
    denied,
    deny,
    policy,
    refused,
)

AWS = f"{REGION}:{ACCOUNT}"
IDENTITIES = pytest.mark.feature("Strict mode", "IAM users, groups and assumed roles, with inline and managed policies")


@IDENTITIES
def test_a_message_says_who_and_why(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    role = account.role()
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/tester is not authorized to perform:"
    for statements, why in (
        ([], "because no identity-based policy allows the sns:ListTopics action"),
        ([allow("*"), deny("sns:List*")], "with an explicit deny in an identity-based policy"),
    ):
        role.may(*statements)
        assert refused(role.session()("sns").list_topics)[1] == f"{who} sns:ListTopics on resource: * {why}"


@IDENTITIES
def test_policies_are_read_at_each_request(account: Account) -> None:
    role = account.role(allow("sns:ListTopics"))
    topics = role.session()("sns").list_topics
    topics()
    account.client("iam").delete_role_policy(RoleName=role.name, PolicyName="may")
    assert denied(topics) == ("sns:ListTopics", "*")
    account.client("iam").delete_role(RoleName=role.name)
    assert denied(topics) == ("sns:ListTopics", "*")


@IDENTITIES
def test_policies_that_aws_wrote_and_those_of_the_account(account: Account) -> None:
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html"""
    iam, role = account.client("iam"), account.role()
    logs = role.session()("logs")
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=role.name, PolicyArn=basic)
    logs.create_log_group(logGroupName="/basic")
    assert denied(logs.delete_log_group, logGroupName="/basic")[0] == "logs:DeleteLogGroup"
    own = iam.create_policy(PolicyName="own", PolicyDocument=policy(allow("sns:ListTopics")))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role.name, PolicyArn=own)
    iam.create_policy_version(PolicyArn=own, PolicyDocument=policy(allow("logs:*")), SetAsDefault=True)
    logs.delete_log_group(logGroupName="/basic")
    assert denied(role.session()("sns").list_topics)[0] == "sns:ListTopics"


@IDENTITIES
def test_a_user_has_the_rights_of_groups_and_loses_them_with_the_key(account: Account) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    keys = iam.create_access_key(UserName="ada")["AccessKey"]
    sns = account.client("sns", credentials(keys))
    assert f"User: arn:aws:iam::{ACCOUNT}:user/ada is" in refused(sns.list_topics)[1]
    assert account.client("sts", credentials(keys)).get_caller_identity()["Arn"].endswith("user/ada")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=policy(allow("sns:List*")))
    assert denied(sns.list_topics) == ("sns:ListTopics", "*")
    iam.add_user_to_group(GroupName="readers", UserName="ada")
    sns.list_topics()
    assert denied(sns.create_topic, Name="t") == ("sns:CreateTopic", f"arn:aws:sns:{AWS}:t")
    iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=policy(deny("sns:ListTopics")))
    assert "explicit deny in an identity-based policy" in refused(sns.list_topics)[1]
    iam.delete_user_policy(UserName="ada", PolicyName="own")
    iam.update_access_key(UserName="ada", AccessKeyId=keys["AccessKeyId"], Status="Inactive")
    assert refused(sns.list_topics)[0] == "InvalidClientTokenId"
    iam.delete_access_key(UserName="ada", AccessKeyId=keys["AccessKeyId"])
    assert refused(sns.list_topics)[0] == "InvalidClientTokenId"


@pytest.mark.feature("Strict mode", "permissions boundaries and session policies")
def test_a_boundary_and_a_session_only_take_away(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"""
    iam, role = account.client("iam"), account.role(allow(["sns:ListTopics", "sqs:ListQueues"]))
    only = policy(allow(["sns:ListTopics", "ec2:DescribeVpcs"]))
    limited = role.session(Policy=only)
    limited("sns").list_topics()
    assert "because no session policy allows the sqs:listqueues action" in refused(limited("sqs").list_queues)[1]
    assert "because no identity-based policy allows" in refused(limited("ec2").describe_vpcs)[1]
    arn = iam.create_policy(PolicyName="boundary", PolicyDocument=only)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=arn)
    bounded = role.session()
    bounded("sns").list_topics()
    assert "because no permissions boundary allows" in refused(bounded("sqs").list_queues)[1]
    iam.delete_policy(PolicyArn=arn)
    assert "because no permissions boundary allows" in refused(bounded("sns").list_topics)[1]


@pytest.mark.feature("Strict mode", "permissions boundaries and session policies")
def test_policies_of_a_session_add_up(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""
    role = account.role(allow(["sns:*", "sqs:*", "s3:*"]))
    arns = [{"arn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}]
    limited = role.session(PolicyArns=arns)
    limited("sqs").list_queues()
    assert "because no session policy allows the sns:ListTopics" in refused(limited("sns").list_topics)[1]
    limited = role.session(PolicyArns=arns, Policy=policy(allow("sns:*")))
    limited("sqs").list_queues()
    limited("sns").list_topics()
    assert "because no session policy allows" in refused(limited("s3").list_buckets)[1]


@pytest.mark.feature(
    "Strict mode",
    "sessions of users, federated users",
    partly="without second factors; IAM's refusal is an AccessDenied",
)
def test_a_user_may_have_a_session(account: Account) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html,
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    iam = account.client("iam")
    iam.create_user(UserName="eve")
    keys = credentials(iam.create_access_key(UserName="eve")["AccessKey"])
    sts = account.client("sts", keys)
    own = credentials(sts.get_session_token()["Credentials"])
    assert denied(account.client("sns", own).list_topics) == ("sns:ListTopics", "*")
    may = allow(["sns:*", "sqs:*", "iam:*", "sts:*"])
    iam.put_user_policy(UserName="eve", PolicyName="may", PolicyDocument=policy(may))
    account.client("sns", own).list_topics()
    assert account.client("sts", own).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/eve"
    assert denied(account.client("iam", own).list_users) == ("iam:ListUsers", "*")
    federated = credentials(
        sts.get_federation_token(Name="fed", Policy=policy(allow(["sns:*", "s3:*"])))["Credentials"]
    )
    account.client("sns", federated).list_topics()
    who = f"arn:aws:sts::{ACCOUNT}:federated-user/fed"
    assert account.client("sts", federated).get_caller_identity()["Arn"] == who
    assert f"User: {who} is not" in refused(account.client("sqs", federated).list_queues)[1]
    assert "no identity-based policy" in refused(account.client("s3", federated).list_buckets)[1]
    nothing = credentials(sts.get_federation_token(Name="fed")["Credentials"])
    assert denied(account.client("sns", nothing).list_topics) == ("sns:ListTopics", "*")
    iam.delete_access_key(UserName="eve", AccessKeyId=keys["aws_access_key_id"])
    assert refused(account.client("sns", own).list_topics)[0] == "InvalidClientTokenId"
    root = credentials(account.client("sts").get_session_token()["Credentials"])
    account.client("sns", root).list_topics()


@IDENTITIES
def test_the_account_itself_may_do_everything(account: Account) -> None:
    for service, operation in (("sns", "list_topics"), ("ses", "list_identities"), ("iam", "list_users")):
        getattr(account.client(service), operation)()


@IDENTITIES
def test_whoever_is_nobody_is_asked_for_a_signature(account: Account) -> None:
    """But for what AWS signs not either, such as signing in to Cognito."""
    unsigned = Config(signature_version=UNSIGNED, retries={"max_attempts": 0})

    def anonymous(service: str) -> Any:
        return SESSION.client(service, REGION, endpoint_url=account.url, config=unsigned)  # type: ignore[call-overload]

    assert refused(anonymous("dynamodb").list_tables)[0] == "MissingAuthenticationTokenException"
    attempt = {"ClientId": "nonsense", "Username": "u", "Password": "p"}
    assert refused(anonymous("cognito-idp").sign_up, **attempt)[0] == "ResourceNotFoundException"
    anonymous("sns").unsubscribe(SubscriptionArn=f"arn:aws:sns:{AWS}:t:1")
