"""A function's own address, and who may call it."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from localdev.emulator import Emulator
from tests.localdev.functions.signed import FORMS, headers_of

pytestmark = pytest.mark.emulator
ACCESS = pytest.mark.feature("Lambda", "function URLs: AuthType, signatures, and the permissions they need")
SOURCE = (
    "def handler(event, context):\n"
    "    context = event['requestContext']\n"
    "    told = {'x-who': str(context.get('authorizer')), 'x-body': event.get('body', '')}\n"
    "    return {'statusCode': 201, 'body': event['rawPath'], 'headers': told}"
)
VIA_URL = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
INVOKE = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}


@pytest.fixture(scope="module")
def function(deploy: Callable[..., Any]) -> Any:
    return deploy(SOURCE)


def permit(function: Any, *statements: dict[str, Any], principal: str = "*", **more: Any) -> None:
    for statement in statements:
        function.client.add_permission(
            FunctionName=function.name, StatementId=uuid.uuid4().hex, Principal=principal, **statement, **more
        )


def is_forbidden(reply: Any) -> bool:
    said = json.loads(reply.body).get("Message", "").partition(".")[0]
    return (reply.status, reply.headers["x-amzn-ErrorType"], said) == (403, "AccessDeniedException", "Forbidden")


@pytest.mark.feature("Lambda", "function URLs", partly="at a name below localhost")
def test_a_function_answers_at_its_url(function: Any, emulator: Emulator, ask: Callable[..., Any]) -> None:
    """urls-invocation: events of version 2.0. Not every resolver knows names below localhost, as browsers do."""
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    permit(function, VIA_URL, INVOKE)
    host = urlsplit(url)
    assert host.hostname is not None
    assert (host.hostname.endswith(".localhost"), host.port) == (True, emulator.port)
    reply = ask("/here?a=1", Host=host.netloc)
    assert (reply.status, reply.body, reply.headers["x-who"]) == (201, b"/here", "None")


@ACCESS
def test_everybody_needs_both_permissions(deploy: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """urls-auth, "Auth type NONE": lambda:InvokeFunctionUrl and lambda:InvokeFunction, of the type that the URL has."""
    function = deploy(SOURCE)
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
    host = urlsplit(url).netloc
    for statement in (None, INVOKE, {**VIA_URL, "FunctionUrlAuthType": "AWS_IAM"}):
        permit(function, *([statement] if statement else []))
        assert is_forbidden(ask("/", Host=host))
    permit(function, VIA_URL, principal="111122223333")
    assert is_forbidden(ask("/", Host=host))
    assert is_forbidden(ask("/", Host=host.upper()))
    permit(function, VIA_URL)
    assert ask("/", Host=host).status == 201
    (policy,) = {function.client.get_policy(FunctionName=function.name)["Policy"]}
    invoking = [each for each in json.loads(policy)["Statement"] if each["Action"] == "lambda:InvokeFunction"]
    assert [each["Condition"] for each in invoking] == [{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}]


@ACCESS
def test_who_signs_is_let_in_and_told(deploy: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """urls-auth, "Auth type AWS_IAM"; urls-invocation: the event says who signed. Other accounts need permission."""
    function = deploy(SOURCE)
    url = function.client.create_function_url_config(FunctionName=function.name, AuthType="AWS_IAM")["FunctionUrl"]
    host = urlsplit(url).netloc
    permit(function, VIA_URL, INVOKE)  # for everybody, if the URL were everybody's
    assert is_forbidden(ask("/", "POST", Host=host))
    reply = ask("/a%20b?c=d", "POST", b"body", **headers_of(host, "/a%20b?c=d", b"body"))
    assert (reply.status, reply.body) == (201, b"/a b")
    assert "'userArn': 'arn:aws:iam::000000000000:root'" in reply.headers["x-who"]
    for kind, form in FORMS:  # which are signed as they came, and passed on as such
        body = form.encode()
        reply = ask("/", "POST", body, **headers_of(host, "/", body, kind=kind))
        assert (reply.status, base64.b64decode(reply.headers["x-body"])) == (201, body)
    for wrong in (headers_of(host, "/", b"other"), headers_of(host, "/", b"body", "test", "guessed")):
        reply = ask("/", "POST", b"body", **wrong)
        assert (reply.status, reply.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
        assert json.loads(reply.body)["message"].startswith("The request signature we calculated does not match")
    foreign = headers_of(host, "/", b"body", "111122223333")
    assert is_forbidden(ask("/", "POST", b"body", **foreign))
    permit(function, {**VIA_URL, "FunctionUrlAuthType": "AWS_IAM"}, INVOKE, principal="111122223333")
    assert ask("/", "POST", b"body", **foreign).status == 201
