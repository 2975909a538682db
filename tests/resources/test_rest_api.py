from __future__ import annotations

import time
from typing import Any

import pytest

from deployer.aws import Aws
from deployer.errors import ConfigError
from deployer.resources.rest_api import RestApi
from tests.resources.worlds import World, changes

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
  routes: {GET /hello: worker, PUT /hello: worker}
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


def _api(aws: Aws, name: str) -> str:
    have = RestApi.observe(aws, name)
    assert have is not None
    return str(have["Id"])


def _resource(aws: Aws, api: str, path: str) -> str:
    items = aws.client("apigateway").get_resources(restApiId=api, limit=500)["items"]
    return next(item["id"] for item in items if item["path"] == path)


def _paths(aws: Aws, name: str) -> None:
    api = _api(aws, name)
    aws.client("apigateway").delete_method(restApiId=api, resourceId=_resource(aws, api, "/hello"), httpMethod="GET")


def _responses(aws: Aws, name: str) -> None:
    aws.client("apigateway").delete_gateway_response(restApiId=_api(aws, name), responseType="DEFAULT_5XX")


def _description(aws: Aws, name: str) -> None:
    operations: Any = [{"op": "replace", "path": "/description", "value": "changed by hand"}]
    aws.client("apigateway").update_rest_api(restApiId=_api(aws, name), patchOperations=operations)


def _deployed(aws: Aws, name: str) -> None:
    aws.client("apigateway").create_deployment(restApiId=_api(aws, name), stageName="prod", description="by hand")


def _duplicate(aws: Aws, name: str) -> None:
    api = aws.client("apigateway").get_rest_api(restApiId=_api(aws, name))
    aws.client("apigateway").create_rest_api(name=name, tags=api["tags"])


def _throttling(aws: Aws, name: str) -> None:
    operations: Any = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1000"}]
    aws.client("apigateway").update_stage(restApiId=_api(aws, name), stageName="prod", patchOperations=operations)


DRIFT = {
    "Paths": _paths,
    "GatewayResponses": _responses,
    "Description": _description,
    "Stage": _deployed,
    "Throttling": _throttling,
    "Duplicates": _duplicate,
}


def test_one_of_the_same_name_that_is_not_ours_is_left_alone(world: World) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    theirs = aws.client("apigateway").create_rest_api(name=name)["id"]
    world.up(CONFIG)
    assert _api(aws, name) != theirs
    world.down(CONFIG)
    assert [api["id"] for api in aws.client("apigateway").get_rest_apis()["items"] if api["name"] == name] == [theirs]
    aws.client("apigateway").delete_rest_api(restApiId=theirs)


def test_the_older_of_two_wins(world: World) -> None:
    aws, _ = world.up(CONFIG)
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    first = _api(aws, name)
    born = aws.client("apigateway").get_rest_api(restApiId=first)["createdDate"].timestamp()
    while time.time() < born + 1:  # ages are told in whole seconds; within one the lower id wins
        time.sleep(0.02)
    _duplicate(aws, name)
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
    api = _api(aws, name)
    (stage,) = client.get_stages(restApiId=api)["item"]
    (deployment,) = client.get_deployments(restApiId=api)["items"]
    assert (stage["stageName"], stage["deploymentId"]) == ("live", deployment["id"])


def test_it_takes_no_more_requests_than_configured_even_after_another_deployment(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    world.up(CONFIG.replace("/hello", "/welcome"))
    api = _api(aws, made.resources["demo.rest_api.api"].physical)
    (stage,) = aws.client("apigateway").get_stages(restApiId=api)["item"]
    limits = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (5, 10)


def test_what_is_configured_no_more_limits_nothing(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    unlimited = CONFIG.replace("  throttle: {rate: 5, burst: 10}\n", "")
    world.up(unlimited)
    api = _api(aws, made.resources["demo.rest_api.api"].physical)
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
    assert ended.index("site") > ended.index("rest_api")


@pytest.mark.parametrize("cors", ["${site.url}", "shop.example.org", "https://a.example, https://b.example"])
def test_cors_must_be_an_origin(world: World, cors: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: '.*' is no origin"):
        world.plan(SITE.replace("${site.origin}", f"'{cors}'"))


def test_cors_cannot_be_what_is_known_too_late(world: World) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:\d+: '\$\{api\.url\}' is only known once it exists"):
        world.plan(SITE.replace("${site.origin}", "${api.url}"))
