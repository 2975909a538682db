"""Names and sizes, and what may be public."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.localdev.strict.account import ACCOUNT, REGION, SESSION, Account, allow, deny, policy, refused, trust

LIMITS = pytest.mark.feature("Strict mode", "lengths and numbers that the services' models name")
POLICIES = pytest.mark.feature("Strict mode", "sizes of policies")
PUBLIC = pytest.mark.feature("Strict mode", "S3 Block Public Access, ACLs disabled")
LAMBDA = {"Service": "lambda.amazonaws.com"}
ZIP = {"ZipFile": b"zip"}


def function(**more: Any) -> dict[str, Any]:
    role = f"arn:aws:iam::{ACCOUNT}:role/none"
    return {"FunctionName": "f", "Role": role, "Handler": "a.b", "Runtime": "python3.12", "Code": ZIP, **more}


TOO_MUCH: list[tuple[str, str, dict[str, Any], str]] = [
    ("iam", "create_role", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": trust(LAMBDA)}, "'roleName'"),
    ("lambda", "create_function", function(FunctionName="f" * 65), "'functionName'"),
    ("lambda", "create_function", function(MemorySize=127), "'memorySize'"),
    ("lambda", "create_function", function(MemorySize=10_241), "'memorySize'"),
    ("lambda", "create_function", function(Timeout=901), "'timeout'"),
    ("lambda", "create_function", function(EphemeralStorage={"Size": 10_241}), "'ephemeralStorage.size'"),
    ("lambda", "update_function_configuration", {"FunctionName": "f", "Timeout": 901}, "'timeout'"),
    ("lambda", "update_function_configuration", {"FunctionName": "f", "MemorySize": 10_241}, "'memorySize'"),
    ("logs", "create_log_group", {"logGroupName": "g" * 513}, "'logGroupName'"),
    ("sns", "create_topic", {"Name": "t", "Tags": [{"Key": "k" * 129, "Value": ""}]}, "'tags.1.member.key'"),
]


@pytest.fixture(scope="module")
def unchecked() -> Config:
    """botocore itself refuses what is too small."""
    return Config(parameter_validation=False, retries={"max_attempts": 0})


@LIMITS
@pytest.mark.parametrize(("service", "operation", "parameters", "where"), TOO_MUCH)
def test_what_is_out_of_bounds_is_refused(
    account: Account, unchecked: Config, service: str, operation: str, parameters: Any, where: str
) -> None:
    """The services' models, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client: Any = SESSION.client(service, REGION, endpoint_url=account.url, config=unchecked, **keys)  # type: ignore[call-overload]
    code, message = refused(getattr(client, operation), **parameters)
    client.close()
    assert code == ("ValidationError" if service in ("iam", "sns") else "ValidationException")
    assert message.startswith("1 validation error detected: Value ")
    assert f"at {where} failed to satisfy constraint: Member must have " in message


SECRET: list[tuple[str, str, dict[str, Any], str]] = [
    ("secretsmanager", "create_secret", {"Name": "s", "SecretString": "hunter2" * 10_000}, "'secretString'"),
    ("cognito-idp", "sign_up", {"ClientId": "a", "Username": "u", "Password": "hunter2" * 60}, "'password'"),
]


@pytest.mark.feature("Strict mode", "secrets, which no refusal shows")
@pytest.mark.parametrize(("service", "operation", "parameters", "where"), SECRET)
def test_what_is_secret_is_not_shown(
    account: Account, service: str, operation: str, parameters: Any, where: str
) -> None:
    """What the services' models call sensitive."""
    message = refused(getattr(account.client(service), operation), **parameters)[1]
    assert f"Value at {where} failed to satisfy constraint: Member must have length less than" in message
    assert "hunter2" not in message


MISSING: list[tuple[str, str, dict[str, Any], str]] = [
    ("iam", "put_user_policy", {"UserName": "u", "PolicyName": "p"}, "policyDocument"),
    ("iam", "put_group_policy", {"PolicyName": "p", "PolicyDocument": "{}"}, "groupName"),
    ("iam", "create_policy", {"PolicyName": "p"}, "policyDocument"),
    ("dynamodb", "transact_write_items", {}, "transactItems"),
    ("events", "put_targets", {"Rule": "r", "Targets": [{"Id": "1"}]}, "targets.1.member.arn"),
]


@pytest.mark.feature("Strict mode", "parameters that must be there")
@pytest.mark.parametrize(("service", "operation", "parameters", "where"), MISSING)
def test_what_is_missing_is_refused(
    account: Account, unchecked: Config, service: str, operation: str, parameters: Any, where: str
) -> None:
    """The services' models. Also of those that have all rights but not the account's."""
    role = account.role(allow("*"))
    client = role.session()(service, parameter_validation=False)
    code, message = refused(getattr(client, operation), **parameters)
    assert code == ("ValidationError" if service == "iam" else "ValidationException")
    assert f"Value null at '{where}' failed to satisfy constraint: Member must not be null" in message


@pytest.mark.feature("Strict mode", "sizes of packages and environments of functions")
def test_a_function_that_is_too_large_is_refused(account: Account) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    create, role = account.client("lambda").create_function, account.role()
    large = {"Variables": {"A": "x" * 4096}}
    message = refused(create, **function(Role=role.arn, Environment=large))[1]
    assert "you have provided exceeded the 4KB limit" in message
    archive = io.BytesIO()
    with (
        zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open("large", "w") as file,
    ):
        for _ in range(251):
            file.write(bytes(1024**2))
    message = refused(create, **function(Role=role.arn, Code={"ZipFile": archive.getvalue()}))[1]
    assert message == "Unzipped size must be smaller than 262144000 bytes"
    code, _ = refused(create, **function(Role=role.arn, Code={"ZipFile": bytes(50 * 1024**2 + 1)}))
    assert code == "RequestEntityTooLargeException"


@POLICIES
def test_inline_policies_are_limited_together(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    iam, role = account.client("iam"), account.role()
    put = iam.put_role_policy
    half = policy(allow("s3:GetObject", "arn:aws:s3:::" + "b" * 5100))
    put(RoleName=role.name, PolicyName="one", PolicyDocument=json.dumps(json.loads(half), indent=2000))
    put(RoleName=role.name, PolicyName="one", PolicyDocument=half)
    code, message = refused(put, RoleName=role.name, PolicyName="two", PolicyDocument=half)
    assert (code, message) == ("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role.name}")
    iam.create_user(UserName="small")
    message = refused(iam.put_user_policy, UserName="small", PolicyName="one", PolicyDocument=half)[1]
    assert message == "Maximum policy size of 2048 bytes exceeded for user small"


@POLICIES
def test_other_policies_are_limited_each(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    iam, role, bucket = account.client("iam"), account.role(), account.bucket()
    long = trust({"AWS": [f"arn:aws:iam::{ACCOUNT}:role/{number:0>60}" for number in range(25)]})
    for call, arguments in (
        (iam.create_role, {"RoleName": "trusting", "AssumeRolePolicyDocument": long}),
        (iam.update_assume_role_policy, {"RoleName": role.name, "PolicyDocument": long}),
    ):
        want = "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"
        assert refused(call, **arguments) == want
    document = policy(allow("s3:GetObject", "arn:aws:s3:::" + "b" * 6144))
    message = refused(iam.create_policy, PolicyName="long", PolicyDocument=document)[1]
    assert message == "Cannot exceed quota for PolicySize: 6144"
    longest = policy(deny("s3:*", *(f"arn:aws:s3:::{bucket}/{number:0>200}" for number in range(95)), Principal="*"))
    assert refused(account.client("s3").put_bucket_policy, Bucket=bucket, Policy=longest)[0] == "PolicyTooLarge"


@pytest.mark.feature("Strict mode", "names of buckets and queues")
@pytest.mark.parametrize("name", ["ab", "b" * 64, "Upper", "under_score", "1.2.3.4", "a..b", "xn--b", "b-s3alias"])
def test_a_bucket_has_a_name_that_dns_knows(account: Account, name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    assert refused(account.client("s3").create_bucket, Bucket=name)[0] == "InvalidBucketName"


@pytest.mark.feature("Strict mode", "names of buckets and queues")
def test_a_queues_name_is_short_and_free_a_minute_later(account: Account) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
    sqs = account.client("sqs")
    for name in ("q" * 81, "a b"):
        assert refused(sqs.create_queue, QueueName=name)[0] == "InvalidParameterValue"
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="again")["QueueUrl"])
    assert refused(sqs.create_queue, QueueName="again")[0] == "AWS.SimpleQueueService.QueueDeletedRecently"


@pytest.mark.feature("Strict mode", "integrations of API Gateway, which wait 29 s")
def test_an_api_waits_29_seconds(account: Account) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""
    client = account.client("apigateway")
    api = client.create_rest_api(name="waits")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    client.put_method(**place, authorizationType="NONE")
    for wait in (49, 29_001):
        assert refused(client.put_integration, **place, type="MOCK", timeoutInMillis=wait)[0] == "BadRequestException"
    client.put_integration(**place, type="MOCK", timeoutInMillis=29_000)
    change = [{"op": "replace", "path": "/timeoutInMillis", "value": "30000"}]
    message = refused(client.update_integration, **place, patchOperations=change)[1]
    assert message == "Timeout should be between 50 ms and 29000 ms"
    change[0]["value"] = "abc"
    assert refused(client.update_integration, **place, patchOperations=change)[0] == "BadRequestException"
    assert refused(client.import_rest_api, body=b"a: [1\n\t:::")[0] == "BadRequestException"
    for wait in (30_000, "abc", 28_000):
        integration = {"type": "mock", "timeoutInMillis": wait}
        paths = {"/": {"get": {"responses": {}, "x-amazon-apigateway-integration": integration}}}
        body = json.dumps({"openapi": "3.0.1", "info": {"title": "waits", "version": "1"}, "paths": paths})
        if wait != 28_000:
            assert "Timeout should be" in refused(client.put_rest_api, restApiId=api["id"], body=body)[1]
        else:
            client.put_rest_api(restApiId=api["id"], body=body)


@PUBLIC
def test_a_public_policy_is_refused_while_it_is_blocked(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    bucket, s3 = account.bucket("a"), account.client("s3")
    public = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))
    code, message = refused(s3.put_bucket_policy, Bucket=bucket, Policy=public)
    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
        f'"arn:aws:s3:::{bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block '
        "Public Access."
    )
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    anonymous = SESSION.client("s3", REGION, endpoint_url=account.url, config=Config(signature_version=UNSIGNED))
    assert refused(anonymous.get_object, Bucket=bucket, Key="a") == ("AccessDenied", "Access Denied")
    s3.delete_public_access_block(Bucket=bucket)
    assert anonymous.get_object(Bucket=bucket, Key="a")["Body"].read() == b"content"
    anonymous.close()


@PUBLIC
def test_a_bucket_has_no_acls_unless_it_asks_for_them(account: Account) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    bucket, s3 = account.bucket("a"), account.client("s3")
    none = "AccessControlListNotSupported", "The bucket does not allow ACLs"
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="private") == none
    assert refused(s3.put_object_acl, Bucket=bucket, Key="a", ACL="public-read") == none
    assert refused(s3.put_object, Bucket=bucket, Key="a", ACL="public-read") == none
    s3.put_object(Bucket=bucket, Key="a", ACL="bucket-owner-full-control")
    create, public = s3.create_bucket, {"ACL": "public-read"}
    assert refused(create, Bucket="with-acl", **public)[0] == "InvalidBucketAclWithObjectOwnership"
    writer = {"ObjectOwnership": "ObjectWriter"}
    assert refused(create, Bucket="with-acl", **public, **writer)[0] == "InvalidBucketAclWithBlockPublicAccessError"
    create(Bucket="with-acl", **writer)
    s3.put_object(Bucket="with-acl", Key="a", ACL="private")
    message = refused(s3.put_object, Bucket="with-acl", Key="a", **public)[1]
    assert "because public ACLs are prevented by the BlockPublicAcls setting" in message
    everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    assert refused(s3.put_bucket_acl, Bucket="with-acl", GrantRead=everybody)[0] == "AccessDenied"
    s3.delete_public_access_block(Bucket="with-acl")
    s3.put_object(Bucket="with-acl", Key="a", **public)
