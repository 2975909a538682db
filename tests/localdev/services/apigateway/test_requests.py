"""Validation, the order of what is checked, and integrations that need no function."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

ONCE = {"rateLimit": 0.0001, "burstLimit": 1}
VALIDATED = {"x-amazon-apigateway-request-validator": "all"}
NEEDED = [
    {"name": "X-Needed", "in": "header", "required": True, "schema": {"type": "string"}},
    {"name": "needed", "in": "query", "required": True, "schema": {"type": "string"}},
    {"name": "idle", "in": "query", "schema": {"type": "string"}},
]
ORDER = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}


@pytest.mark.feature("API Gateway", "validation of requests: parameters, and bodies by a model")
class TestValidation:
    """Guide: api-gateway-method-request-validation."""

    @pytest.fixture
    def api(self, new_api: Callable[..., Any], mock: Any) -> Any:
        return new_api({"/": {"post": mock(parameters=NEEDED, requestBody=ORDER, **VALIDATED)}})

    def test_parameters_must_be_there(self, api: Any) -> None:
        def missing(names: str) -> tuple[int, Any, str]:
            return 400, {"message": f"Missing required request parameters: [{names}]"}, "BadRequestException"

        body = '{"count": 1}'
        assert api.call("/?needed=1", "POST", body, X_Needed="1").status == 200
        assert api.call("/", "POST", body, X_Needed="1").error == missing("needed")
        assert api.call("/", "POST", body).error == missing("X-Needed, needed")

    @pytest.mark.parametrize("body", ['{"count": 0}', "{}", "[]", "no JSON", None])
    def test_bodies_must_be_as_the_model_says(self, api: Any, body: str | None) -> None:
        want = 400, {"message": "Invalid request body"}, "BadRequestException"
        assert api.call("/?needed=1", "POST", body, X_Needed="1").error == want


KINDS = [
    "MISSING_AUTHENTICATION_TOKEN",
    "UNAUTHORIZED",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "ACCESS_DENIED",
    "INVALID_API_KEY",
    "THROTTLED",
    "QUOTA_EXCEEDED",
    "BAD_REQUEST_PARAMETERS",
    "BAD_REQUEST_BODY",
]


@pytest.mark.feature("API Gateway", "order: route, authorizer, API key, throttling, quota, validation, integration")
def test_each_check_comes_before_the_next(
    new_api: Callable[..., Any], gatekeeper: str, mock: Any, new_key: Any, client: Callable[[str], Any]
) -> None:
    """A request that fails everything is told of one thing after the other, as each is put right: here by the header
    of the gateway response of each kind.

    The authorizer may provide the API key, so it comes before it, and a plan's limits come after it: guide,
    api-gateway-api-key-source and api-gateway-request-throttling.
    """
    authorizer = {"type": "token", "authorizerUri": gatekeeper, "authorizerResultTtlInSeconds": 0}
    scheme = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom"}
    guard = {"guard": scheme | {"x-amazon-apigateway-authorizer": authorizer}}
    everything = {"requestBody": ORDER, "security": [{"guard": []}, {"key": []}], **VALIDATED}
    api = new_api({"/": {"post": mock(parameters=NEEDED, **everything)}}, guard)
    for kind in KINDS:
        header = {"gatewayresponse.header.X-Kind": f"'{kind}'"}
        client("apigateway").put_gateway_response(restApiId=api.id, responseType=kind, responseParameters=header)
    client("apigateway").create_deployment(restApiId=api.id, stageName="prod")
    key, _, plan = new_key(api, throttle=ONCE, quota={"limit": 1, "period": "MONTH"})

    def patch(path: str, value: str) -> None:
        operation = {"op": "replace", "path": path, "value": value}
        client("apigateway").update_usage_plan(usagePlanId=plan, patchOperations=[operation])

    def status(path: str = "/", body: str = "no JSON", **headers: str) -> tuple[int, str]:
        answer = api.call(path, "POST", body, **headers)
        return answer.status, answer.headers["X-Kind"]

    assert status("/elsewhere") == (403, "MISSING_AUTHENTICATION_TOKEN")
    assert status() == (401, "UNAUTHORIZED")
    assert status(Authorization="fail") == (500, "AUTHORIZER_CONFIGURATION_ERROR")
    assert status(Authorization="deny") == (403, "ACCESS_DENIED")
    let_in = {"Authorization": "allow"}
    assert status(**let_in) == (403, "INVALID_API_KEY")
    keyed = {**let_in, "x_api_key": key}
    assert status(**keyed) == (400, "BAD_REQUEST_PARAMETERS")  # which counts
    assert status(**keyed) == (429, "THROTTLED")
    patch("/throttle/rateLimit", "1000000")
    patch("/throttle/burstLimit", "1000000")
    assert status(**keyed) == (429, "QUOTA_EXCEEDED")
    patch("/quota/limit", "1000")
    assert status(**keyed) == (400, "BAD_REQUEST_PARAMETERS")
    complete = {**keyed, "X_Needed": "1"}
    assert status("/?needed=1", **complete) == (400, "BAD_REQUEST_BODY")
    assert status("/?needed=1", '{"count": 1}', **complete) == (200, None)


@pytest.mark.feature("API Gateway", "API keys that a Lambda authorizer provides")
def test_an_authorizer_may_say_the_key(new_api: Callable[..., Any], gatekeeper: str, mock: Any, new_key: Any) -> None:
    """Guide: api-gateway-api-key-source. The function returns it as usageIdentifierKey."""
    authorizer = {"type": "token", "authorizerUri": gatekeeper, "authorizerResultTtlInSeconds": 0}
    scheme = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom"}
    guard = {"guard": scheme | {"x-amazon-apigateway-authorizer": authorizer}}
    api = new_api({"/": {"get": mock(security=[{"guard": []}, {"key": []}])}}, guard, apiKeySource="AUTHORIZER")
    key, *_ = new_key(api)
    assert api.call("/", Authorization=key).status == 200
    assert api.call("/", Authorization="other", x_api_key=key).status == 403


@pytest.mark.feature("API Gateway", "mock integrations, their templates, and stage variables")
def test_a_mock_answers_by_its_template(new_api: Callable[..., Any], mock: Any) -> None:
    template = '{"mood": "$stageVariables.mood", "path": "$input.params(\'name\')"}'
    api = new_api({"/{name}": {"get": mock(template)}}, stage={"variables": {"mood": "calm"}})
    assert api.call("/ann").json == {"mood": "calm", "path": "ann"}


@pytest.mark.feature("API Gateway", "CORS preflight by a mock integration")
def test_a_preflight_is_answered(new_api: Callable[..., Any], mock: Any) -> None:
    """Guide: how-to-cors."""
    header = "Access-Control-Allow-Methods"
    preflight = mock()
    preflight["responses"]["200"]["headers"] = {header: {"schema": {"type": "string"}}}
    default = preflight["x-amazon-apigateway-integration"]["responses"]["default"]
    default["responseParameters"] = {f"method.response.header.{header}": "'GET,PUT'"}
    api = new_api({"/": {"options": preflight, "get": mock()}})
    answer = api.call("/", "OPTIONS", Origin="https://example.com", Access_Control_Request_Method="PUT")
    assert (answer.status, answer.headers[header]) == (200, "GET,PUT")


@pytest.fixture
def backend() -> Iterator[str]:
    """A server that answers with what it was asked."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = json.dumps({"path": self.path, "body": body, "word": self.headers["X-Word"]}).encode()
            self.send_response(201)
            self.send_header("X-Mine", "yes")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.feature("API Gateway", "HTTP proxy integrations")
def test_a_request_is_passed_on_and_so_is_its_answer(new_api: Callable[..., Any], backend: str) -> None:
    integration = {
        "type": "http_proxy",
        "httpMethod": "POST",
        "uri": f"{backend}/base/{{rest}}",
        "requestParameters": {"integration.request.path.rest": "method.request.path.rest"},
    }
    rest = {"name": "rest", "in": "path", "required": True, "schema": {"type": "string"}}
    operation = {"responses": {}, "parameters": [rest], "x-amazon-apigateway-integration": integration}
    api = new_api({"/{rest}": {"post": operation}})
    answer = api.call("/one?two=3", "POST", "body", X_Word="word")
    assert (answer.status, answer.headers["X-Mine"]) == (201, "yes")
    assert answer.json == {"path": "/base/one?two=3", "body": "body", "word": "word"}


@pytest.mark.feature("API Gateway", "binary media types of functions' requests and answers")
class TestBinary:
    """Guide: api-gateway-payload-encodings-workflow."""

    @pytest.mark.parametrize(
        ("types", "kind", "want"),
        [
            (["image/png"], "image/png", True),
            (["image/*"], "image/png", True),
            (["*/*"], "text/plain", True),
            (["image/png"], "text/plain", False),
            ([], "image/png", False),
        ],
    )
    def test_bodies_reach_a_function_as_base64(
        self, new_api: Callable[..., Any], proxy: Any, types: list[str], kind: str, want: bool
    ) -> None:
        api = new_api({"/": {"post": proxy()}}, binaryMediaTypes=types)
        event = api.call("/", "POST", "text", Content_Type=kind).json
        assert (event["body"], event["isBase64Encoded"]) == (("dGV4dA==" if want else "text"), want)

    def test_what_a_function_answers_in_base64_reaches_who_accepts_it(
        self, new_api: Callable[..., Any], deploy: Callable[..., Any]
    ) -> None:
        answer = {"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": True}
        function = deploy(f"def handler(event, context):\n    return {answer!r}\n")
        arn = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
        paths = {"/": {"get": {"responses": {}, "x-amazon-apigateway-integration": integration}}}
        some, every = new_api(paths, binaryMediaTypes=["image/png"]), new_api(paths, binaryMediaTypes=["*/*"])
        assert some.call("/", Accept="image/png").text == b"\x89PNG"
        assert some.call("/", Accept="text/html").text == b"iVBORw=="
        assert every.call("/", Accept="text/html").text == b"\x89PNG"


@pytest.mark.feature("API Gateway", "HTTP and WebSocket APIs", lacking="CreateApi is refused")
@pytest.mark.parametrize("protocol", ["HTTP", "WEBSOCKET"])
def test_apis_of_version_2_are_refused(client: Callable[[str], Any], protocol: str) -> None:
    with pytest.raises(
        client("apigatewayv2").exceptions.ClientError, match="CreateApi of apigatewayv2 is not emulated"
    ):
        client("apigatewayv2").create_api(Name="any", ProtocolType=protocol)
