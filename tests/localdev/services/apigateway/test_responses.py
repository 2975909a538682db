"""What the gateway itself answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], mock: Any, client: Callable[[str], Any]) -> Any:
    """An API with responses of its own for what it refuses."""
    needed = {"name": "needed", "in": "query", "required": True, "schema": {"type": "string"}}
    checked = mock(parameters=[needed], **{"x-amazon-apigateway-request-validator": "all"})
    api = new_api(
        {"/here": {"get": mock()}, "/keyed": {"get": mock(security=[{"key": []}])}, "/checked": {"get": checked}}
    )
    responses: dict[str, Any] = {
        "DEFAULT_4XX": {
            "responseParameters": {
                "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                "gatewayresponse.header.X-Mapped": "method.request.header.X-Mine",
                "gatewayresponse.header.X-Stage": "context.stage",
            }
        },
        "INVALID_API_KEY": {
            "statusCode": "418",
            "responseTemplates": {
                "application/json": '{"why":$context.error.messageString,"type":"$context.error.responseType",'
                '"path":"$context.path","none":"$context.nothing.at.all"}',
                "text/plain": "$context.error.message: $method.request.querystring.q in $stageVariables.mood",
            },
        },
        "BAD_REQUEST_PARAMETERS": {"responseTemplates": {"text/html": "<p>$context.error.message</p>"}},
    }
    for kind, response in responses.items():
        client("apigateway").put_gateway_response(restApiId=api.id, responseType=kind, **response)
    api.client.create_deployment(restApiId=api.id, stageName="prod", variables={"mood": "anger"})
    return api


@pytest.mark.feature("API Gateway", "gateway responses: their headers, bodies and status")
class TestOwnResponses:
    def test_what_the_gateway_refuses_has_the_headers_it_was_given(self, api: Any) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html: for 4XX, too."""
        answer = api.call("/elsewhere", X_Mine="mine")
        assert answer.error == (403, {"message": "Missing Authentication Token"}, "MissingAuthenticationTokenException")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (answer.headers["X-Mapped"], answer.headers["X-Stage"]) == ("mine", "prod")
        assert api.call("/elsewhere").headers["X-Mapped"] is None

    def test_a_stage_that_is_not_there_is_forbidden(self, api: Any) -> None:
        """The host is the API's, so it says Forbidden; a path that is no resource of a stage has a test above."""
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{api.url}x/here", timeout=60)
        with refused.value as answer:
            assert (answer.code, json.load(answer)) == (403, {"message": "Forbidden"})

    def test_what_it_answers_has_not(self, api: Any) -> None:
        answer = api.call("/here")
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, None)

    def test_one_kind_of_refusal_has_a_status_and_a_body_of_its_own(self, api: Any) -> None:
        answer = api.call("/keyed")
        want = {"why": "Forbidden", "type": "INVALID_API_KEY", "path": "/prod/keyed", "none": ""}
        assert answer.error == (418, want, "ForbiddenException")
        assert answer.headers["Access-Control-Allow-Origin"] is None

    def test_the_caller_chooses_among_bodies(self, api: Any) -> None:
        answer = api.call("/keyed?q=tea", Accept="text/plain")
        assert (answer.headers["Content-Type"], answer.text) == ("text/plain", b"Forbidden: tea in anger")
        answer = api.call("/checked")
        assert answer.headers["Content-Type"] == "text/html"
        assert answer.text == b"<p>Missing required request parameters: [needed]</p>"


@pytest.mark.feature("API Gateway", "request bodies reach the integration as they came")
def test_a_form_is_not_parsed(new_api: Callable[..., Any], proxy: Any) -> None:
    """``curl -d`` calls everything a form."""
    api = new_api({"/": {"post": proxy()}})
    body = json.dumps({"a": "b c&d=%20"})
    form = "application/x-www-form-urlencoded"
    assert api.call("/", "POST", body, Content_Type=form).json["body"] == body
