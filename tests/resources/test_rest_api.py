from __future__ import annotations

import time
from typing import Any

from deployer.aws import Aws
from deployer.resources.rest_api import RestApi
from tests.resources.worlds import World, changes

CONFIG = """
functions:
  worker: {source: code}
api:
  description: says hello
  cors: "*"
  routes: {GET /hello: worker, "POST /people/{name}": worker}
"""
EDITED = """
functions:
  worker: {source: code}
api:
  stage: live
  routes: {GET /hello: worker, PUT /hello: worker}
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


DRIFT = {
    "Paths": _paths,
    "GatewayResponses": _responses,
    "Description": _description,
    "Stage": _deployed,
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
