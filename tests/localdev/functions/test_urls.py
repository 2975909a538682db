"""A function's own address."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest


@pytest.mark.feature("Lambda", "function URLs", partly="at a name below localhost; AuthType is not enforced")
def test_a_function_answers_at_its_url(deploy: Callable[..., Any], emulator: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html: events of version 2.0."""
    function = deploy("def handler(event, context): return {'statusCode': 201, 'body': event['rawPath']}")
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    host = urlsplit(url)
    assert host.hostname is not None
    assert (host.hostname.endswith(".localhost"), host.port) == (True, emulator.port)
    # Not every resolver knows names below localhost, as browsers and curl do.
    request = urllib.request.Request(f"{emulator.endpoint_url}/here?a=1", headers={"Host": host.netloc})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert (answer.status, answer.read()) == (201, b"/here")
