"""Accounts as principals, and resources of other accounts."""

from __future__ import annotations

import pytest

from tests.localdev.strict.account import ACCOUNT, Account, allow, denied, deny, policy, refused

OTHER = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "test"}
ACROSS = pytest.mark.feature(
    "Strict mode",
    "resources of other accounts: both sides must allow it",
    partly="for users and roles: the other account itself may do everything",
)


@pytest.mark.feature("Strict mode", "policies of buckets and keys")
@pytest.mark.parametrize("principal", [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"])
def test_what_shuts_out_an_account_shuts_out_its_roles(account: Account, principal: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts"""
    bucket, role = account.bucket("a"), account.role(allow("s3:*"))
    whole, s3 = {"Principal": {"AWS": principal}}, role.session()("s3")
    put = account.client("s3").put_bucket_policy
    put(Bucket=bucket, Policy=policy(deny("s3:GetObject", f"arn:aws:s3:::{bucket}/*", **whole)))
    assert "with an explicit deny in a resource-based policy" in refused(s3.get_object, Bucket=bucket, Key="a")[1]
    put(Bucket=bucket, Policy=policy(allow("s3:*", f"arn:aws:s3:::{bucket}/*", **whole)))
    s3.get_object(Bucket=bucket, Key="a")
    role.may(allow("sns:*"))
    assert denied(s3.get_object, Bucket=bucket, Key="a")[0] == "s3:GetObject"


@ACROSS
def test_another_accounts_bucket_is_open_to_those_that_both_accounts_let(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
    own = account.client("s3", OTHER)
    own.create_bucket(Bucket="elsewhere")
    own.put_object(Bucket="elsewhere", Key="a")
    role, place = account.role(allow("s3:*")), {"Bucket": "elsewhere", "Key": "a"}
    s3 = role.session()("s3")
    assert "because no resource-based policy allows" in refused(s3.get_object, **place)[1]
    for principal in (role.arn, f"arn:aws:iam::{ACCOUNT}:root"):
        role.may(allow("s3:*"))
        lets = allow("s3:GetObject", "arn:aws:s3:::elsewhere/*", Principal={"AWS": principal})
        own.put_bucket_policy(Bucket="elsewhere", Policy=policy(lets))
        s3.get_object(**place)
        role.may(allow("sns:*"))
        assert "because no identity-based policy allows" in refused(s3.get_object, **place)[1]


@ACROSS
def test_another_accounts_queue_is_not_ones_own(account: Account) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html"""
    own = account.client("sqs", OTHER)
    url = own.create_queue(QueueName="elsewhere")["QueueUrl"]
    arn = own.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = account.role(allow("sqs:*", arn.replace("111111111111", ACCOUNT)))
    sqs = role.session()("sqs")
    send = {"QueueUrl": url, "MessageBody": "m"}
    lets = policy(allow("sqs:*", Principal={"AWS": role.arn}))
    own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": lets})
    assert denied(sqs.send_message, **send) == ("sqs:sendmessage", arn)
    role.may(allow("sqs:*", arn))
    sqs.send_message(**send)
    own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "because no resource-based policy allows" in refused(sqs.send_message, **send)[1]
