"""What Lambda refuses before anything runs, and what runs nowhere here."""

from __future__ import annotations

import base64
import io
import os
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

ROLE = "arn:aws:iam::000000000000:role/function"
NOT_A_PACKAGE = pytest.mark.feature("Lambda", "packages that cannot be unzipped, are empty or too large")
NOT_PYTHON = pytest.mark.feature(
    "Lambda", "other languages and container images", lacking="the function's state is Failed, and says why"
)


def package(**files: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in files.items():
            opened.writestr(f"{name}.py", text)
    return archive.getvalue()


WHOLE = package(app="def handler(event, context): return 'whole'\n" * 20)
DAMAGED = WHOLE[:60] + bytes(10) + WHOLE[70:]  # its directory is fine


@NOT_A_PACKAGE
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"no zip at all", "Could not unzip uploaded file. Please check your file, then try to upload again."),
        (WHOLE[:-30], "Could not unzip uploaded file. Please check your file, then try to upload again."),
        (DAMAGED, "Could not unzip uploaded file. Please check your file, then try to upload again."),
        (package(), "Uploaded file must be a non-empty zip"),
    ],
)
def test_a_package_must_be_a_zip(content: bytes, refusal: str, client: Callable[[str], Any]) -> None:
    """API_CreateFunction: InvalidParameterValueException, and no function."""
    name = f"broken-{os.getpid()}"
    with pytest.raises(ClientError) as caught:
        client("lambda").create_function(
            FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=ROLE, Code={"ZipFile": content}
        )
    assert caught.value.response["Error"] == {"Code": "InvalidParameterValueException", "Message": refusal}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("lambda").get_function(FunctionName=name)


@NOT_A_PACKAGE
def test_a_package_has_a_limit(client: Callable[[str], Any]) -> None:
    """gettingstarted-limits: 250 MB unzipped."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("zeros", "0")
        opened.infolist()[0].file_size = 250 * 1024**2  # as its directory has it, which is written at the end
    large = archive.getvalue()
    with pytest.raises(ClientError, match="Unzipped size must be smaller than 262144000 bytes"):
        client("lambda").create_function(
            FunctionName="large", Runtime="python3.12", Handler="app.handler", Role=ROLE, Code={"ZipFile": large}
        )


@pytest.mark.feature("Lambda", "modules that cannot be imported, lack the handler, or are no Python")
def test_a_package_may_lack_the_handlers_file(deploy: Callable[..., Any]) -> None:
    """python-handler: it shows when the function is called."""
    answer = deploy("", Handler="other.handler").invoke()
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert answer.payload["errorMessage"] == "Unable to import module 'other': No module named 'other'"


@pytest.mark.feature("Lambda", "events and results as UTF-8")
def test_an_event_must_be_json(deploy: Callable[..., Any]) -> None:
    """API_Invoke: InvalidRequestContentException."""
    function = deploy("def handler(event, context): return event")
    for kind in ("RequestResponse", "Event"):
        for event in (b"{'a': 1}", b"NaN", b"[-Infinity]", b"[" * 100_000, b'"\xff"', b"\xef\xbb\xbf{}"):
            with pytest.raises(ClientError, match="Could not parse request body into json") as caught:
                function.client.invoke(FunctionName=function.name, Payload=event, InvocationType=kind)
            assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"
    assert function.client.invoke(FunctionName=function.name)["Payload"].read() == b"{}"


@pytest.mark.feature("Lambda", "the context object")
def test_a_client_context_must_be_json_in_base64(deploy: Callable[..., Any]) -> None:
    """API_Invoke: InvalidRequestContentException. Lines and headers within are text like any other."""
    function = deploy("def handler(event, context): return context.client_context.custom")
    for context in (
        "no base64",
        "!!e30=",
        *map(encoded, (b"no json", b"[1]", b'{"custom": NaN}', b'{"custom": "\xff"}')),
    ):
        with pytest.raises(ClientError) as caught:
            function.client.invoke(FunctionName=function.name, ClientContext=context)
        assert caught.value.response["Error"] == {
            "Code": "InvalidRequestContentException",
            "Message": "Client context must be a valid Base64-encoded JSON object.",
        }
    lines = encoded(b'{"custom":\r\n\r\n"line"}')
    assert function.invoke(ClientContext=lines).payload == "line"


def encoded(context: bytes) -> str:
    return base64.b64encode(context).decode()


@NOT_PYTHON
@pytest.mark.parametrize(
    "settings",
    [
        {"Runtime": "nodejs22.x", "Handler": "app.handler", "Code": {"ZipFile": WHOLE}},
        {"PackageType": "Image", "Code": {"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:tag"}},
    ],
)
def test_what_needs_docker_is_refused(settings: dict[str, Any], client: Callable[[str], Any], until: Any) -> None:
    """functions-states: what Lambda cannot set up is Failed, with a reason, and cannot be called."""
    lambda_, name = client("lambda"), f"foreign-{os.getpid()}"
    lambda_.create_function(FunctionName=name, Role=ROLE, **settings)
    known = until(
        lambda: (found := lambda_.get_function_configuration(FunctionName=name))["State"] != "Pending" and found
    )
    assert known["State"] == "Failed"
    assert "only functions in Python, packed as zip files, run without Docker" in known["StateReason"]
    with pytest.raises(ClientError) as caught:
        lambda_.invoke(FunctionName=name)
    assert caught.value.response["Error"]["Code"] == "ResourceConflictException"
    assert caught.value.response["Error"]["Message"].endswith(f"in the following state: Failed. {known['StateReason']}")
    lambda_.delete_function(FunctionName=name)


@pytest.mark.feature("Lambda", "environment variables, reserved ones included")
def test_reserved_variables_cannot_be_set(deploy: Callable[..., Any]) -> None:
    """configuration-envvars, "Reserved environment variables": neither at first nor later."""
    function = deploy("def handler(event, context): pass")
    refusal = r"reserved keys .* used in this request: AWS_ACCESS_KEY_ID, LAMBDA_TASK_ROOT"
    variables = {"Variables": {"MINE": "1", "LAMBDA_TASK_ROOT": "x", "AWS_ACCESS_KEY_ID": "x"}}
    with pytest.raises(ClientError, match=refusal):
        function.client.update_function_configuration(FunctionName=function.name, Environment=variables)
    with pytest.raises(ClientError, match=refusal):
        deploy("", Environment=variables)


@pytest.mark.feature("Lambda", "log formats and levels that there are not, refused")
def test_unknown_log_levels_are_refused(deploy: Callable[..., Any]) -> None:
    """API_LoggingConfig: neither at first nor later."""
    function = deploy("def handler(event, context): pass", LoggingConfig={"LogFormat": "JSON"})
    for settings, refusal in (
        ({"SystemLogLevel": "TRACE"}, "'TRACE' at 'loggingConfig.systemLogLevel'{}[DEBUG, INFO, WARN]"),
        (
            {"ApplicationLogLevel": "warn"},
            "'warn' at 'loggingConfig.applicationLogLevel'{}[TRACE, DEBUG, INFO, WARN, ERROR, FATAL]",
        ),
        ({"LogFormat": "Json"}, "'Json' at 'loggingConfig.logFormat'{}[JSON, Text]"),
    ):
        for call in (deploy, function.configure):
            with pytest.raises(ClientError) as caught:
                call(LoggingConfig={"LogFormat": "JSON", **settings})
            assert caught.value.response["Error"] == {
                "Code": "ValidationException",
                "Message": "1 validation error detected: Value "
                + refusal.format(" failed to satisfy constraint: Member must satisfy enum value set: "),
            }
    assert function.invoke().error is None
