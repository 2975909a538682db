"""How another client changes and sees an API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.resources.worlds import World, answer


def apis(world: World, name: str) -> list[Any]:
    apis = world.client("apigateway").get_rest_apis(limit=500)["items"]
    return sorted((api for api in apis if api["name"] == name), key=lambda api: (api["createdDate"], api["id"]))


def api_id(world: World, name: str) -> str:
    return str(apis(world, name)[0]["id"])


def resources(world: World, api: str) -> dict[str, Any]:
    items = world.client("apigateway").get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
    return {item["path"]: item for item in items}


def _describe(world: World, name: str, text: str) -> None:
    operations: Any = [{"op": "replace", "path": "/description", "value": text}]
    world.client("apigateway").update_rest_api(restApiId=api_id(world, name), patchOperations=operations)


def _paths(world: World, name: str, paths: Any) -> Any:
    api = api_id(world, name)
    for path, resource in resources(world, api).items():
        if path.count("/") == 1 and path != "/":
            world.client("apigateway").delete_resource(restApiId=api, resourceId=resource["id"])
    ids = {"/": resources(world, api)["/"]["id"]}
    for path, methods in (paths or {}).items():
        for parent, part, whole in _steps(path):
            if whole not in ids:
                made = world.client("apigateway").create_resource(restApiId=api, parentId=ids[parent], pathPart=part)
                ids[whole] = made["id"]
        for method, integration in methods.items():
            _put(world, {"restApiId": api, "resourceId": ids[path], "httpMethod": method}, integration)
    return paths or {}


def _steps(path: str) -> Iterator[tuple[str, str, str]]:
    """Parent, last part and whole of each resource on the way to a path."""
    whole = ""
    for part in path.strip("/").split("/"):
        yield whole or "/", part, f"{whole}/{part}"
        whole += f"/{part}"


def _put(world: World, at: dict[str, str], integration: Any) -> None:
    gateway = world.client("apigateway")
    gateway.put_method(**at, authorizationType=integration.get("authorization", "NONE"))
    if integration["type"] != "MOCK":
        given = {key: integration[key] for key in ("type", "uri", "timeoutInMillis")}
        gateway.put_integration(**at, integrationHttpMethod=integration["httpMethod"], **given)
        return
    headers = {f"method.response.header.{header}": value for header, value in integration["headers"].items()}
    gateway.put_integration(**at, type="MOCK", requestTemplates=integration["requestTemplates"])
    gateway.put_method_response(**at, statusCode="204", responseParameters=dict.fromkeys(headers, False))
    gateway.put_integration_response(**at, statusCode="204", responseParameters=headers)


def _respond(world: World, name: str, responses: Any) -> Any:
    gateway, api = world.client("apigateway"), api_id(world, name)
    for response in gateway.get_gateway_responses(restApiId=api)["items"]:
        if not response["defaultResponse"]:
            gateway.delete_gateway_response(restApiId=api, responseType=response["responseType"])
    for kind, headers in (responses or {}).items():
        gateway.put_gateway_response(restApiId=api, responseType=kind, responseParameters=headers)
    return responses or {}


def _stage(world: World, name: str, want: Any) -> Any:
    gateway, api = world.client("apigateway"), api_id(world, name)
    (stage,) = gateway.get_stages(restApiId=api)["item"]
    if want is None:
        gateway.delete_stage(restApiId=api, stageName=stage["stageName"])
        return {"Name": None, "Definition": None}
    if "added" in want:
        gateway.create_stage(restApiId=api, stageName="added", deploymentId=stage["deploymentId"])
        return {"Name": f"added, {stage['stageName']}", "Definition": None}
    deployment = stage["deploymentId"]
    if gateway.get_deployment(restApiId=api, deploymentId=deployment)["description"] != want["Definition"]:
        deployment = gateway.create_deployment(
            restApiId=api, stageName=stage["stageName"], description=want["Definition"]
        )["id"]
    if want["Name"] != stage["stageName"]:
        gateway.delete_stage(restApiId=api, stageName=stage["stageName"])
        gateway.create_stage(restApiId=api, stageName=want["Name"], deploymentId=deployment)
    return want


def _patch_api(world: World, name: str, *operations: Any) -> None:
    world.client("apigateway").update_rest_api(restApiId=api_id(world, name), patchOperations=operations)


def patch_stage(world: World, name: str, *operations: Any) -> None:
    api = api_id(world, name)
    (stage,) = world.client("apigateway").get_stages(restApiId=api)["item"]
    world.client("apigateway").update_stage(restApiId=api, stageName=stage["stageName"], patchOperations=operations)


def limits(method: str, each: Any) -> list[Any]:
    return [
        {"op": "replace", "path": f"/{method}/throttling/{limit}", "value": str(value)} for limit, value in each.items()
    ]


def _throttle(world: World, name: str, every: Any) -> None:
    patch_stage(world, name, *(limits("*/*", every) if every else [{"op": "remove", "path": "/*/*"}]))


def _throttle_methods(world: World, name: str, methods: Any) -> None:
    patch_stage(world, name, *(patch for method in methods for patch in limits(method, methods[method])))


def _type(world: World, name: str, types: list[str]) -> None:
    _patch_api(world, name, {"op": "replace", "path": "/endpointConfiguration/types/0", "value": types[0]})


def _disable(world: World, name: str, disabled: bool) -> None:
    _patch_api(world, name, {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": str(disabled)})


def _binary(world: World, name: str, types: list[str]) -> None:
    paths = (f"/binaryMediaTypes/{each.replace('/', '~1')}" for each in types)
    _patch_api(world, name, *({"op": "add", "path": path} for path in paths))


def duplicate(world: World, name: str, _: Any = None) -> list[str]:
    (api,) = apis(world, name)
    while time.time() < api["createdDate"].timestamp() + 1:  # ages are told in whole seconds; within one ids decide
        time.sleep(0.02)
    return [world.client("apigateway").create_rest_api(name=name, tags=api["tags"])["id"]]


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    gateway, api = world.client("apigateway"), apis(world, name)[0]
    arn = f"arn:aws:apigateway:{gateway.meta.region_name}::/restapis/{api['id']}"
    gateway.untag_resource(resourceArn=arn, tagKeys=list(api["tags"]))
    gateway.tag_resource(resourceArn=arn, tags=tags)


def look(world: World, name: str) -> Any:
    gateway, found = world.client("apigateway"), apis(world, name)
    api = found[0]["id"]
    responses = answer(gateway.get_gateway_responses, restApiId=api)["items"]
    return (
        answer(lambda: found),
        {path: answer(lambda at=at: at.get("resourceMethods")) for path, at in resources(world, api).items()},
        sorted((each for each in responses if not each["defaultResponse"]), key=str),
        [_own_settings(stage) for stage in answer(gateway.get_stages, restApiId=api)["item"]],
        [each.get("description") for each in gateway.get_deployments(restApiId=api)["items"]],
    )


def _own_settings(stage: Any) -> Any:
    """The stage without what it says again of a method, and without the limits that an account has anyway."""
    settings = stage["methodSettings"]
    own = {method: each for method, each in settings.items() if method == "*/*" or each != settings.get("*/*")}
    limited = {method: each for method, each in own.items() if each["throttlingRateLimit"] < 10_000}
    return {**stage, "methodSettings": limited}


WRITERS = {
    "Description": _describe,
    "Paths": _paths,
    "GatewayResponses": _respond,
    "Stage": _stage,
    "Throttling": _throttle,
    "MethodThrottling": _throttle_methods,
    "EndpointTypes": _type,
    "DisableExecuteApiEndpoint": _disable,
    "BinaryMediaTypes": _binary,
    "Duplicates": duplicate,
    "Tags": _tag,
}
