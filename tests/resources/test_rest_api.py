from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from deployer.errors import ConfigError
from deployer.resources.rest_api import RestApi
from tests.resources.worlds import World, answer, changes

CONFIG = """
functions:
  worker: {source: code}
api:
  description: says hello
  cors: "*"
  throttle: {rate: 5, burst: 10}
  routes: {GET /hello: worker, "POST /people/{name}": worker}
"""
EDITED = """
functions:
  worker: {source: code}
api:
  stage: live
  routes: {GET /hello: worker, PUT /hello: {function: worker, example: "{}"}}
"""
SITE = """
functions:
  worker: {source: code}
api:
  cors: ${site.origin}
  routes: {GET /hello: worker}
site:
  pages: pages
  settings: {api: "${api.url}"}
"""
FOREIGN = None  # names are not unique: one of the same name is no obstacle


def _apis(world: World, name: str) -> list[Any]:
    apis = world.client("apigateway").get_rest_apis(limit=500)["items"]
    return sorted((api for api in apis if api["name"] == name), key=lambda api: (api["createdDate"], api["id"]))


def _api(world: World, name: str) -> str:
    return str(_apis(world, name)[0]["id"])


def _resources(world: World, api: str) -> dict[str, Any]:
    items = world.client("apigateway").get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
    return {item["path"]: item for item in items}


def _describe(world: World, name: str, text: str) -> None:
    operations: Any = [{"op": "replace", "path": "/description", "value": text}]
    world.client("apigateway").update_rest_api(restApiId=_api(world, name), patchOperations=operations)


def _paths(world: World, name: str, paths: Any) -> Any:
    api = _api(world, name)
    for path, resource in _resources(world, api).items():
        if path.count("/") == 1 and path != "/":
            world.client("apigateway").delete_resource(restApiId=api, resourceId=resource["id"])
    ids = {"/": _resources(world, api)["/"]["id"]}
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
        gateway.put_integration(
            **at, type=integration["type"], integrationHttpMethod=integration["httpMethod"], uri=integration["uri"]
        )
        return
    headers = {f"method.response.header.{header}": value for header, value in integration["headers"].items()}
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'})
    gateway.put_method_response(**at, statusCode="204", responseParameters=dict.fromkeys(headers, False))
    gateway.put_integration_response(**at, statusCode="204", responseParameters=headers)


def _respond(world: World, name: str, responses: Any) -> Any:
    gateway, api = world.client("apigateway"), _api(world, name)
    for response in gateway.get_gateway_responses(restApiId=api)["items"]:
        if not response["defaultResponse"]:
            gateway.delete_gateway_response(restApiId=api, responseType=response["responseType"])
    for kind, headers in (responses or {}).items():
        gateway.put_gateway_response(restApiId=api, responseType=kind, responseParameters=headers)
    return responses or {}


def _stage(world: World, name: str, want: Any) -> Any:
    gateway, api = world.client("apigateway"), _api(world, name)
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


def _throttle(world: World, name: str, limits: Any) -> None:
    api, patches = _api(world, name), [{"op": "remove", "path": "/*/*"}]
    if limits:
        patches = [
            {"op": "replace", "path": f"/*/*/throttling/{limit}", "value": str(value)}
            for limit, value in limits.items()
        ]
    (stage,) = world.client("apigateway").get_stages(restApiId=api)["item"]
    world.client("apigateway").update_stage(restApiId=api, stageName=stage["stageName"], patchOperations=patches)


def _duplicate(world: World, name: str, _: Any = None) -> list[str]:
    (api,) = _apis(world, name)
    while time.time() < api["createdDate"].timestamp() + 1:  # ages are told in whole seconds; within one ids decide
        time.sleep(0.02)
    return [world.client("apigateway").create_rest_api(name=name, tags=api["tags"])["id"]]


def _tag(world: World, name: str, tags: dict[str, str]) -> None:
    gateway, api = world.client("apigateway"), _apis(world, name)[0]
    arn = f"arn:aws:apigateway:{gateway.meta.region_name}::/restapis/{api['id']}"
    gateway.untag_resource(resourceArn=arn, tagKeys=list(api["tags"]))
    gateway.tag_resource(resourceArn=arn, tags=tags)


def LOOK(world: World, name: str) -> Any:
    gateway, apis = world.client("apigateway"), _apis(world, name)
    api = apis[0]["id"]
    responses = answer(gateway.get_gateway_responses, restApiId=api)["items"]
    return (
        answer(lambda: apis),
        {path: answer(lambda at=at: at.get("resourceMethods")) for path, at in _resources(world, api).items()},
        sorted((each for each in responses if not each["defaultResponse"]), key=str),
        answer(gateway.get_stages, restApiId=api)["item"],
        [each.get("description") for each in gateway.get_deployments(restApiId=api)["items"]],
    )


WRITE = {
    "Description": _describe,
    "Paths": _paths,
    "GatewayResponses": _respond,
    "Stage": _stage,
    "Throttling": _throttle,
    "Duplicates": _duplicate,
    "Tags": _tag,
}
_PATH, _METHOD = r"Paths\.[^.]+", r"Paths\.[^.]+\.[A-Z]+"
OTHER = {
    r"Paths added": lambda paths: {"/added": {"GET": paths["/hello"]["GET"]}},
    rf"{_PATH} added": lambda methods: {"PATCH": next(iter(methods.values()))},
    rf"{_METHOD} added": {"authorization": "AWS_IAM"},
    rf"{_METHOD}\.type changed": "AWS",
    rf"{_METHOD}\.httpMethod changed": "GET",
    rf"{_METHOD}\.headers added": {"Access-Control-Max-Age": "'1'"},
    r".*Access-Control-Allow-.* changed": "'by-hand'",
    r"GatewayResponses added": {"UNAUTHORIZED": {"gatewayresponse.header.By-Hand": "'1'"}},
    r"GatewayResponses\.\w+ added": {"gatewayresponse.header.By-Hand": "'1'"},
    r"Throttling changed": {"rateLimit": 7.0, "burstLimit": 3},
}
ALONE = frozenset({"Stage"})  # of two stages there is not one name
ALONG = {"Stage": {"Throttling"}}  # a stage takes its settings along
IMPOSSIBLE = {
    r"Description removed": "an API has it",
    r"Tags\.skiff:id (changed|removed)": "LocalStack shows the tags that an API was made with",
    rf"{_PATH}\.OPTIONS\.type changed": "then it is another method: see removed and added",
    rf"{_METHOD}\.(type|httpMethod|uri|headers) removed": "a method has it",
    r"Stage\.(Name|Definition) removed": "a stage has it",
    r"Throttling\.\w+ removed|Throttling added": "there are two of them",
}


def test_one_of_the_same_name_that_is_not_ours_is_left_alone(world: World) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    theirs = aws.client("apigateway").create_rest_api(name=name)["id"]
    world.up(CONFIG)
    assert len(_apis(world, name)) == 2
    world.down(CONFIG)
    assert [api["id"] for api in aws.client("apigateway").get_rest_apis()["items"] if api["name"] == name] == [theirs]
    aws.client("apigateway").delete_rest_api(restApiId=theirs)


def test_the_older_of_two_wins(world: World) -> None:
    aws, _ = world.up(CONFIG)
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    first = _api(world, name)
    _duplicate(world, name)
    world.up(CONFIG)
    ids = [api["id"] for api in aws.client("apigateway").get_rest_apis()["items"] if api["name"] == name]
    assert ids == [first]
    assert changes(world.plan(CONFIG)[1]) == {}


def test_old_deployments_go_when_a_new_one_serves(world: World) -> None:
    world.up(CONFIG)
    aws, made = world.plan(EDITED)
    name = made.resources["demo.rest_api.api"].physical
    world.up(EDITED)
    client = aws.client("apigateway")
    api = _api(world, name)
    (stage,) = client.get_stages(restApiId=api)["item"]
    (deployment,) = client.get_deployments(restApiId=api)["items"]
    assert (stage["stageName"], stage["deploymentId"]) == ("live", deployment["id"])


def test_it_takes_no_more_requests_than_configured_even_after_another_deployment(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    world.up(CONFIG.replace("/hello", "/welcome"))
    api = _api(world, made.resources["demo.rest_api.api"].physical)
    (stage,) = aws.client("apigateway").get_stages(restApiId=api)["item"]
    limits = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (5, 10)


def test_what_is_configured_no_more_limits_nothing(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    unlimited = CONFIG.replace("  throttle: {rate: 5, burst: 10}\n", "")
    world.up(unlimited)
    api = _api(world, made.resources["demo.rest_api.api"].physical)
    assert aws.client("apigateway").get_stages(restApiId=api)["item"][0].get("methodSettings", {}) == {}
    assert changes(world.plan(unlimited)[1]) == {}


def test_cors_may_name_the_site_that_is_told_the_url(world: World) -> None:
    aws, outcomes = world.up(SITE)
    _, made = world.plan(SITE)
    outputs = made.outputs()["demo"]
    (resource,) = [each for each in made.resources.values() if each.kind == "rest_api"]
    have = RestApi.observe(aws, resource.physical)
    assert have is not None
    assert have["Paths"]["/hello"]["OPTIONS"]["headers"]["Access-Control-Allow-Origin"] == f"'{outputs['site.origin']}'"
    ended = [outcome.change.kind.kind for outcome in outcomes]
    assert ended.index("settings") > ended.index("rest_api")


@pytest.mark.parametrize("cors", ["${site.url}", "shop.example.org", "https://a.example, https://b.example"])
def test_cors_must_be_an_origin(world: World, cors: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: '.*' is no origin"):
        world.plan(SITE.replace("${site.origin}", f"'{cors}'"))


def test_cors_cannot_be_what_is_known_too_late(world: World) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: '\$\{api\.url\}' is only known once it exists"):
        world.plan(SITE.replace("${site.origin}", "${api.url}"))
