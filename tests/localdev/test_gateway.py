"""What the gateway answers, apart from Lambda."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localdev.emulator import Emulator

pytestmark = pytest.mark.emulator


def get(emulator: Emulator, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize(
    ("service", "operation"),
    [("ecs", "list_clusters"), ("apigatewayv2", "get_apis"), ("rds", "describe_db_instances")],
)
def test_a_service_that_is_not_offered_is_named(client: Callable[..., Any], service: str, operation: str) -> None:
    """With an index of the offered services alone, its request could pass for one to another service."""
    with pytest.raises(ClientError, match=f"The API for service {service} is"):
        getattr(client(service), operation)()


@pytest.mark.parametrize(
    ("service", "operation"), [("sqs", "list_queues"), ("ec2", "describe_vpcs"), ("ses", "list_identities")]
)
def test_a_service_that_is_offered_answers(client: Callable[..., Any], service: str, operation: str) -> None:
    getattr(client(service), operation)()


def test_a_forged_presigned_url_is_refused(client: Callable[..., Any], emulator: Emulator) -> None:
    """LocalStack's default accepts it."""
    s3 = client("s3")
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="key", Body=b"content")
    url = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "key"})
    path = url.removeprefix(emulator.endpoint_url)
    assert get(emulator, path).status == 200
    assert get(emulator, path.replace("Expires=", "Expires=1")).status == 403


def test_pages_of_the_emulator_may_call_it_and_others_may_not(emulator: Emulator) -> None:
    assert get(emulator, "/_localstack/health", Origin=emulator.endpoint_url).status == 200
    assert get(emulator, "/_localstack/health", Origin="https://example.com").status == 403


def test_addresses_in_answers_need_no_dns(client: Callable[..., Any], emulator: Emulator) -> None:
    """LocalStack's default name is public DNS."""
    queue = client("sqs").create_queue(QueueName="queue")
    assert f"127.0.0.1:{emulator.port}/" in queue["QueueUrl"]


def test_starting_went_without_a_warning(emulator: Emulator) -> None:
    said = [line for line in emulator.log.read_text().splitlines() if "MainThread]" in line or "warm-up]" in line]
    assert not [line for line in said if " WARN" in line or " ERROR" in line]
