"""API Gateway REST APIs: all routes as one OpenAPI body, deployed to one stage.

APIs have no unique names: ours are found by name and tag. Should two appear after a race, the older wins and
the other is removed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from deployer import openapi, throttling
from deployer.paths import faults
from deployer.resource import STACK_TAG, Properties, Resource, Spec

if TYPE_CHECKING:
    from deployer.aws import Aws

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
# What an API has of which nothing else is said, and its URL and functions rely on.
_USUAL: Properties = {"EndpointTypes": ["REGIONAL"], "DisableExecuteApiEndpoint": False, "BinaryMediaTypes": []}
_ANSWERED_BY_GATEWAY = ("DEFAULT_4XX", "DEFAULT_5XX")


class RouteSpec(Spec):
    """What answers one method and path."""

    function: str = Field(description="The function that gets the request.")
    example: str | None = Field(None, description="A body to try it with, for the line that 'up' prints.")


Route = Annotated[
    RouteSpec,
    BeforeValidator(
        lambda value: RouteSpec(function=value) if isinstance(value, str) else value,
        json_schema_input_type=str | RouteSpec,
    ),
]


class ThrottleSpec(Spec):
    """How many requests the API takes, all callers together."""

    rate: float = Field(gt=0, lt=10_000, description="Requests a second, on average; more are answered with 429.")
    burst: int = Field(ge=1, le=5_000, description="Requests at the same moment.")


class RestApiSpec(Spec):
    """A public HTTPS address whose routes lead to functions."""

    stage: str = Field("prod", pattern=r"^[A-Za-z0-9_]{1,128}$", description="The first part of its paths.")
    description: str = Field("", description="For people who meet it in the console.")
    cors: str | None = Field(
        None, description="The origin whose pages may call it, such as ${site.origin}; '*' for all."
    )
    throttle: ThrottleSpec | None = Field(None, description="How many requests it takes, all callers together.")
    routes: dict[str, Route] = Field(min_length=1, description="'METHOD /path' to the function that answers.")


class RestApi(Resource):
    kind = "rest_api"
    section = "api"
    single = True
    adoptable = False
    deleted_after = ("permission",)
    Spec = RestApiSpec
    attributes = ("url", "id", "arn")
    permissions = (
        "apigateway:DELETE",
        "apigateway:GET",
        "apigateway:PATCH",
        "apigateway:POST",
        "apigateway:PUT",
    )

    @property
    def physical(self) -> str:
        return self.stack.name(self.app.name, self.name)

    def check(self) -> None:
        functions = self.app.section("functions")
        for route, spec in self.spec.routes.items():
            place = (*self.place, "routes", route)
            if not re.fullmatch(rf"({'|'.join(_METHODS)}) /([\w.-]+|{{\w+\+?}})?(/([\w.-]+|{{\w+\+?}}))*", route):
                hint = f"such as 'POST /generate'; methods: {', '.join(_METHODS)}"
                raise self.app.lines.error(place, f"'{route}' is no route", hint)
            if spec.function not in functions:
                text = f"'{route}' leads to '{spec.function}', which is no function of this app"
                raise self.app.lines.error(place, text, f"functions: {', '.join(functions) or 'none'}")
            if functions[spec.function].timeout > openapi.TIMEOUT_LIMIT + 1:
                text = f"API Gateway waits {openapi.TIMEOUT_LIMIT} s, but '{spec.function}' may take longer"
                raise self.app.lines.error(place, text, "lower the function's timeout")
        for route, text, hint in faults(self.spec.routes):
            raise self.app.lines.error((*self.place, "routes", route), text, hint)

    def desired(self) -> Properties:
        routes = {route: self._integration(spec.function) for route, spec in self.spec.routes.items()}
        paths: dict[str, Any] = {}
        for route, integration in routes.items():
            method, path = route.split()
            paths.setdefault(path, {})[method] = integration
        cors = self.spec.cors and self.app.origin(self.spec.cors, (*self.place, "cors"))
        if cors:
            for methods in paths.values():
                methods["OPTIONS"] = openapi.preflight(cors, sorted(methods))
        origin = {"gatewayresponse.header.Access-Control-Allow-Origin": f"'{cors}'"}
        definition = {"Paths": paths, "GatewayResponses": dict.fromkeys(_ANSWERED_BY_GATEWAY, origin) if cors else {}}
        return {
            "Description": self.spec.description or f"REST API of {self.app.name}",  # AWS refuses an empty one
            **_USUAL,
            **definition,
            "Stage": {"Name": self.spec.stage, "Definition": _fingerprint(definition)},
            "Throttling": self.spec.throttle
            and {"rateLimit": self.spec.throttle.rate, "burstLimit": self.spec.throttle.burst},
            "MethodThrottling": {},
            "Duplicates": [],
            "Tags": self.tags,
        }

    def _integration(self, function: str) -> Properties:
        stack = self.stack
        prefix = f"arn:{stack.partition}:apigateway:{stack.region}:lambda:path/2015-03-31/functions/"
        arn = stack.arn("lambda", f"function:{stack.name(self.app.name, function)}")
        return openapi.proxy(f"{prefix}{arn}/invocations")

    def outputs(self, have: Properties) -> dict[str, str]:
        stack, api, stage = self.stack, have["Id"], self.spec.stage
        if stack.endpoint_url:
            url = f"{stack.endpoint_url}/_aws/execute-api/{api}/{stage}"
        else:
            url = f"https://{api}.execute-api.{stack.region}.{stack.dns_suffix}/{stage}"
        return {"url": url, "id": api, "arn": stack.arn("execute-api", api)}

    def uses(self) -> dict[str, str]:
        routes: dict[str, list[str]] = {}
        for route, spec in self.spec.routes.items():
            routes.setdefault(f"{self.app.name}.function.{spec.function}", []).append(route)
        return {id: found[0] if len(found) == 1 else f"{len(found)} routes" for id, found in routes.items()}

    def examples(self, have: Properties, again: Callable[[str], str]) -> list[str]:
        url = self.outputs(have)["url"]
        lines = []
        for route, spec in self.spec.routes.items():
            if spec.example:
                method, path = route.split()
                body = f"-H 'Content-Type: application/json' -d {shlex.quote(spec.example)}"
                lines.append(f"curl -X {method} {body} {url}{path}")
        return lines

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        return {api["name"]: api["tags"] for api in reversed(_ours(aws))}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        apis = [api for api in _ours(aws) if api["name"] == name]
        if not apis:
            return None
        api, *duplicates = apis
        gone = "NotFoundException"  # as soon as it is listed, while another run takes it down
        pages = partial(aws.pages, "apigateway", key="items", absent=gone, restApiId=api["id"], limit=500)
        stages, resources, responses, deployments = aws.together(
            partial(aws.find, "apigateway", "get_stages", absent=gone, restApiId=api["id"]),
            partial(pages, operation="get_resources", embed=["methods"]),
            partial(pages, operation="get_gateway_responses"),
            partial(pages, operation="get_deployments"),
        )
        if stages is None:
            return None
        return {
            "Id": api["id"],
            "Description": api.get("description", ""),
            "EndpointTypes": api["endpointConfiguration"]["types"],
            "DisableExecuteApiEndpoint": api.get("disableExecuteApiEndpoint", False),
            "BinaryMediaTypes": api.get("binaryMediaTypes", []),
            "Paths": {item["path"]: openapi.methods(item) for item in resources if item.get("resourceMethods")},
            "GatewayResponses": {
                item["responseType"]: item.get("responseParameters", {})
                for item in responses
                if not item.get("defaultResponse")
            },
            "Stage": _stage(stages["item"], deployments),
            **throttling.limits(stages["item"]),
            "Stages": [stage["stageName"] for stage in stages["item"]],
            "Deployments": [deployment["id"] for deployment in deployments],
            "Duplicates": [duplicate["id"] for duplicate in duplicates],
            "Tags": api["tags"],
            "Changed": max([api["createdDate"], *(deployment["createdDate"] for deployment in deployments)]),
        }

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        api = aws.call(
            "apigateway",
            "create_rest_api",
            name=name,
            description=want["Description"],
            endpointConfiguration={"types": want["EndpointTypes"]},
            tags=want["Tags"],
        )
        _put(aws, api["id"], name, want, have=None)
        _deploy(aws, api["id"], want, have=None)
        if want["Throttling"]:
            _throttle(aws, api["id"], want, have=None)

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        api = have["Id"]
        for duplicate in have["Duplicates"]:
            _delete(aws, duplicate)
        if not want["Tags"].items() <= have["Tags"].items():
            arn = f"arn:{aws.stack.partition}:apigateway:{aws.stack.region}::/restapis/{api}"
            aws.call("apigateway", "tag_resource", resourceArn=arn, tags=want["Tags"])
        if patches := list(_to_usual(have)):
            aws.call("apigateway", "update_rest_api", restApiId=api, patchOperations=patches)
        definition = ("Description", "Paths", "GatewayResponses")
        if any(have[key] != want[key] for key in definition):
            _put(aws, api, name, want, have)
        deploy = any(have[key] != want[key] for key in (*definition, "Stage"))
        if deploy:
            _deploy(aws, api, want, have)
        # Again with a deployment: a new stage has none, and LocalStack forgets an old one's.
        throttle = any(have[key] != want[key] for key in ("Throttling", "MethodThrottling"))
        if throttle or (deploy and want["Throttling"]):
            _throttle(aws, api, want, have)

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        for api in _ours(aws):
            if api["name"] == name:
                _delete(aws, api["id"])


def _ours(aws: Aws) -> list[Any]:
    """The stack's APIs, oldest first."""
    apis = aws.pages("apigateway", "get_rest_apis", "items", limit=500)
    ours = [api for api in apis if api.get("tags", {}).get(STACK_TAG) == aws.stack.mark]
    return sorted(ours, key=lambda api: (api["createdDate"], api["id"]))


def _delete(aws: Aws, api: str) -> None:
    aws.find("apigateway", "delete_rest_api", absent="NotFoundException", restApiId=api)


def _put(aws: Aws, api: str, name: str, want: Properties, have: Properties | None) -> None:
    body = json.dumps(openapi.body(name, want)).encode()
    aws.call("apigateway", "put_rest_api", restApiId=api, mode="overwrite", body=body)
    # Not in the body, for LocalStack leaves them out of an import; AWS's import drops those there were.
    put = partial(aws.call, "apigateway", "put_gateway_response", restApiId=api)
    answers = want["GatewayResponses"].items()
    aws.together(*(partial(put, responseType=kind, responseParameters=headers) for kind, headers in answers))
    for kind in have["GatewayResponses"].keys() - want["GatewayResponses"].keys() if have else ():
        aws.find("apigateway", "delete_gateway_response", absent="NotFoundException", restApiId=api, responseType=kind)


def _deploy(aws: Aws, api: str, want: Properties, have: Properties | None) -> None:
    """Serve the definition: a changed API answers as before until it is deployed.

    Older deployments go afterwards, for a stage's own cannot be deleted; other stages go before these.
    """
    name, definition = want["Stage"]["Name"], want["Stage"]["Definition"]
    aws.call("apigateway", "create_deployment", restApiId=api, stageName=name, description=definition)
    if have:
        for stage in set(have["Stages"]) - {name}:
            aws.find("apigateway", "delete_stage", absent="NotFoundException", restApiId=api, stageName=stage)
        for old in have["Deployments"]:
            # Another run may have put a stage on it meanwhile.
            absent = ("NotFoundException", "BadRequestException")
            aws.find("apigateway", "delete_deployment", absent=absent, restApiId=api, deploymentId=old)


def _to_usual(have: Properties) -> Iterator[dict[str, str]]:
    """https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateRestApi-Patch"""
    if have["EndpointTypes"] != _USUAL["EndpointTypes"]:  # there is always one
        yield {"op": "replace", "path": "/endpointConfiguration/types/0", "value": _USUAL["EndpointTypes"][0]}
    if have["DisableExecuteApiEndpoint"]:
        yield {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "False"}
    for media_type in reversed(have["BinaryMediaTypes"]):  # LocalStack counts, and the next ones move up
        yield {"op": "remove", "path": f"/binaryMediaTypes/{media_type.replace('/', '~1')}"}


def _throttle(aws: Aws, api: str, want: Properties, have: Properties | None) -> None:
    patches = throttling.patches(want["Throttling"], have["MethodSettings"] if have else ())
    aws.call("apigateway", "update_stage", restApiId=api, stageName=want["Stage"]["Name"], patchOperations=patches)


def _fingerprint(definition: Properties) -> str:
    """Goes with a deployment as its description, to tell later what it serves."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:16]


def _stage(stages: list[Any], deployments: list[Any]) -> Properties:
    serves = {deployment["id"]: deployment.get("description", "") for deployment in deployments}
    found = [{"Name": stage["stageName"], "Definition": serves.get(stage["deploymentId"])} for stage in stages]
    if len(found) == 1:
        return found[0]
    return {"Name": ", ".join(sorted(stage["Name"] for stage in found)) or None, "Definition": None}
