"""What the gateway answers, apart from Lambda."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localdev.emulator import Emulator
from localdev.models import NAMESAKES, heads

pytestmark = pytest.mark.emulator


def get(emulator: Emulator, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.feature("What is not emulated", "services", lacking="InternalFailure (501) that names the service")
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ecs", "list_clusters"),  # JSON
        ("rds", "describe_db_instances"),  # query
        ("eks", "list_clusters"),  # REST and JSON
        ("arc-region-switch", "list_plans"),  # CBOR
        # Those signed with another name than their own, alone or together with others.
        ("emr", "list_clusters"),
        ("efs", "describe_file_systems"),
        ("elb", "describe_load_balancers"),
        ("elbv2", "describe_load_balancers"),
        ("bedrock-agent", "list_agents"),
        ("sso-admin", "list_instances"),
        ("mailmanager", "list_archives"),  # as SES, which is offered
    ],
)
def test_a_service_that_is_not_offered_is_named(client: Callable[..., Any], service: str, operation: str) -> None:
    """In the format of its protocol, or boto3 could not read the error."""
    with pytest.raises(ClientError) as refused:
        getattr(client(service), operation)()
    action = client(service).meta.method_to_api_mapping[operation]
    assert_refused(refused.value, f"the service {service} is not emulated ({action})")


@pytest.mark.feature("What is not emulated", "operations", lacking="InternalFailure (501) that names the operation")
@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ssm", "describe_activations", {}),  # JSON
        ("iam", "get_organizations_access_report", {"JobId": "0" * 36}),  # query
        ("ec2", "describe_fast_launch_images", {}),
        ("route53", "list_traffic_policies", {}),  # REST and XML
        ("s3", "create_session", {"Bucket": "bucket"}),
        ("lambda", "list_capacity_providers", {}),  # REST and JSON
        ("cloudwatch", "list_metric_streams", {}),  # CBOR
        # Nothing of these services is there, but LocalStack knows them.
        ("apigatewayv2", "get_apis", {}),
        ("sesv2", "get_account", {}),
        ("pinpoint-email", "get_account", {}),
    ],
)
def test_an_operation_that_is_missing_is_named(
    client: Callable[..., Any], service: str, operation: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(service), operation)(**arguments)
    action = client(service).meta.method_to_api_mapping[operation]
    assert_refused(refused.value, f"the operation {action} of {service} is not emulated")


@pytest.mark.feature(
    "What is not emulated", "what needs a program that LocalStack downloads", lacking="InternalFailure (501) names it"
)
def test_nothing_is_downloaded(client: Callable[..., Any]) -> None:
    with pytest.raises(ClientError) as refused:
        client("kinesis").list_streams()
    why = "it needs kinesis-local, which LocalStack would have to download"
    assert_refused(refused.value, f"the operation ListStreams of kinesis is not emulated: {why}")


@pytest.mark.parametrize("content_type", ["", "application/x-amz-json-1.1", "application/x-www-form-urlencoded"])
def test_a_service_of_tomorrow_is_named(emulator: Emulator, content_type: str) -> None:
    """Not answered as if it were S3. Newer tools than ours know it."""
    credential = "Credential=test/20260101/us-east-1/tomorrow/aws4_request"
    signature = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"
    response, body = get(emulator, "/things", **{"Authorization": signature, "Content-Type": content_type})
    assert response.status == 501
    assert b"the service tomorrow is not emulated" in body
    assert (body[:1] == b"<") == content_type.endswith("urlencoded")


def test_a_bucket_does_not_answer_for_a_service(client: Callable[..., Any]) -> None:
    """The path of the one is the name of the other."""
    client("s3").create_bucket(Bucket="clusters")
    with pytest.raises(ClientError, match="the service eks is not emulated"):
        client("eks").list_clusters()
    assert client("s3").list_objects_v2(Bucket="clusters")["KeyCount"] == 0


def test_every_service_can_be_told_from_those_that_are_offered(emulator: Emulator) -> None:
    """What signs with the name of a service that is offered must be known by its target or its model."""
    offered = set(json.loads(get(emulator, "/_localstack/health")[1])["services"])
    known = dict(heads())
    assert len(known) > 400

    def signing_name(name: str) -> str:
        return known[name].get("signingName") or known[name]["endpointPrefix"]

    taken = {signing_name(name) for name in offered}
    without_target = {name for name in known if signing_name(name) in taken and "targetPrefix" not in known[name]}
    assert without_target - offered == NAMESAKES


def assert_refused(error: ClientError, message: str) -> None:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert error.response["Error"]["Code"] == "InternalFailure"
    assert error.response["Error"]["Message"] == message


@pytest.mark.parametrize(
    ("service", "operation"), [("sqs", "list_queues"), ("ec2", "describe_vpcs"), ("ses", "list_identities")]
)
def test_a_service_that_is_offered_answers(client: Callable[..., Any], service: str, operation: str) -> None:
    getattr(client(service), operation)()


def test_pages_of_the_emulator_may_call_it_and_others_may_not(emulator: Emulator) -> None:
    assert get(emulator, "/_localstack/health", Origin=emulator.endpoint_url)[0].status == 200
    assert get(emulator, "/_localstack/health", Origin="https://example.com")[0].status == 403


def test_addresses_in_answers_need_no_dns(client: Callable[..., Any], emulator: Emulator) -> None:
    """LocalStack's default name is public DNS."""
    queue = client("sqs").create_queue(QueueName="queue")
    assert queue["QueueUrl"].startswith(f"{emulator.endpoint_url}/")


def test_starting_went_without_a_warning(emulator: Emulator) -> None:
    log = emulator.log.read_text(errors="replace")
    said = [line for line in log.partition("Ready.")[0].splitlines() if "MainThread]" in line]
    said += [line for line in log.splitlines() if "warm-up]" in line]
    assert not [line for line in said if " WARN" in line or " ERROR" in line]
