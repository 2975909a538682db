"""What the emulator tells of itself: what it runs, what was invoked, and where things answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator
from localdev.errors import NotRunning, Refused

pytestmark = pytest.mark.emulator

SOURCE = """
import socket, time
def handler(event, context):
    print("working on", event)
    if event == "wrong":
        raise LookupError("nothing there")
    if isinstance(event, dict):
        socket.create_connection(("127.0.0.1", event["waits on"])).recv(1)
    time.sleep(0.01)
"""

DISTRIBUTION = {
    "CallerReference": "status",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "site",
                "DomainName": "a-website.s3.us-east-1.amazonaws.com",
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
}


@pytest.fixture(scope="module")
def function(deploy: Callable[..., Any]) -> Any:
    return deploy(SOURCE, Timeout=120)


def named(inventory: dict[str, Any], function: Any) -> dict[str, Any]:
    return next(each for each in inventory["functions"] if each["name"] == function.name)


@pytest.mark.feature("Toolkit", "`localdev status`: services, functions, processes, memory, URLs")
class TestStatus:
    def test_the_emulator(self, emulator: Emulator, client: Any) -> None:
        client("lambda").list_functions()
        told = emulator.ask("/_localdev/status")
        assert (told["version"], told["url"], told["strict"]) == ("4.13.1", emulator.endpoint_url, False)
        assert told["pid"] == emulator.status().pid
        assert 0 < told["uptime"] < 24 * 3600
        assert 100 < told["memory"] < 20_000
        assert "lambda" in told["services"]
        assert "timestream-query" not in told["services"]

    def test_a_function_and_its_processes(self, emulator: Emulator, function: Any, until: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(60)
            running = threading.Thread(target=function.invoke, args=[{"waits on": listener.getsockname()[1]}])
            running.start()
            with listener.accept()[0]:
                until(lambda: named_if(emulator, function, "busy"))
            running.join()
        told = until(lambda: named_if(emulator, function, "idle"))
        assert (told["account"], told["region"], told["runtime"]) == ("000000000000", "us-east-1", "python3.12")
        assert (told["memory"], told["timeout"], told["state"]) == (256, 120, "Active")
        [environment] = told["environments"]
        os.kill(environment["pid"], 0)
        assert environment["version"] == "$LATEST"
        assert 1 < environment["memory"] < 256

    def test_urls(self, emulator: Emulator, client: Any, function: Any) -> None:
        client("s3").create_bucket(Bucket="a-website")
        client("s3").put_bucket_website(
            Bucket="a-website", WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}}
        )
        gateway = client("apigateway")
        api = gateway.create_rest_api(name="an-api")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
        gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
        gateway.create_deployment(restApiId=api, stageName="prod")
        url = client("lambda").create_function_url_config(FunctionName=function.name, AuthType="NONE")["FunctionUrl"]
        distribution = client("cloudfront").create_distribution(DistributionConfig=DISTRIBUTION)["Distribution"]["Id"]
        told = {(each["kind"], each["name"], each["url"]) for each in emulator.ask("/_localdev/status")["urls"]}
        assert {
            ("api", "an-api", f"{emulator.endpoint_url}/_aws/execute-api/{api}/prod"),
            ("website", "a-website", f"{emulator.endpoint_url}/_aws/s3-website/a-website/"),
            ("function", function.name, url),
            ("distribution", distribution, f"{emulator.endpoint_url}/_aws/cloudfront/{distribution}/"),
        } <= told


def named_if(emulator: Emulator, function: Any, state: str) -> Any:
    """What is told of the function, if that is the state of its one process."""
    told = named(emulator.ask("/_localdev/status"), function)
    return told if [each["state"] for each in told["environments"]] == [state] else None


@pytest.mark.feature("Toolkit", "recent invocations with their logs, for the console and tests")
class TestInvocations:
    def test_they_say_how_each_went(self, emulator: Emulator, function: Any) -> None:
        before = emulator.ask("/_localdev/invocations")["last"]
        function.invoke(5)
        failed = function.invoke("wrong")
        query = f"/_localdev/invocations?after={before}&account=000000000000&function={function.name}"
        answer = emulator.ask(query)
        well, wrong = answer["invocations"]
        assert before < well["number"] < wrong["number"] <= answer["last"]
        assert (well["error"], well["message"]) == (None, None)
        assert (wrong["error"], wrong["message"]) == ("LookupError", "nothing there")
        assert "working on 5" in well["log"]
        assert wrong["log"] == failed.log.splitlines()
        report = failed.report
        assert report["REPORT RequestId"] == wrong["request_id"]
        assert report["Duration"] == f"{wrong['duration']:.2f} ms"
        assert report["Billed Duration"] == f"{wrong['billed']} ms"
        assert report["Memory Size"] == f"{wrong['memory']} MB"
        assert report["Max Memory Used"] == f"{wrong['peak']} MB"
        assert well["started"] < wrong["started"]
        assert well["duration"] >= 10
        assert emulator.ask(query + "0000")["invocations"] == []  # of no such function
        assert emulator.ask(query.replace("000000000000", "000000000001"))["invocations"] == []

    def test_a_number_is_a_number(self, emulator: Emulator) -> None:
        with pytest.raises(Refused, match="after is not a number"):
            emulator.ask("/_localdev/invocations?after=x")


def test_who_is_not_there_cannot_be_asked(emulator: Emulator, tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        Emulator(tmp_path, emulator.port).ask("/_localdev/status")


def test_an_answer_of_localstack_that_is_an_error_is_told(emulator: Emulator) -> None:
    """Its own errors have neither of our words."""
    with pytest.raises(Refused, match="functions/nobody answered 404") as raised:
        emulator.ask("/2015-03-31/functions/nobody")
    assert raised.value.hint == f"look at: {emulator.log}"
