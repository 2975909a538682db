from __future__ import annotations

from typing import Any

import pytest

from deployer.errors import ConfigError
from deployer.resources.rest_api import RestApi
from tests.resources.apis import WRITERS, api_id, apis, duplicate, limits, look, patch_stage, resources
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
LOOK, WRITE = look, WRITERS
FOREIGN = None  # names are not unique: one of the same name is no obstacle

_PATH, _METHOD = r"Paths\.[^.]+", r"Paths\.[^.]+\.[A-Z]+"
OTHER = {
    r"Paths added": lambda paths: {"/added": {"GET": paths["/hello"]["GET"]}},
    rf"{_PATH} added": lambda methods: {"PATCH": next(iter(methods.values()))},
    rf"{_METHOD} added": {"authorization": "AWS_IAM"},
    rf"{_METHOD}\.type changed": "AWS",
    rf"{_METHOD}\.httpMethod changed": "GET",
    rf"{_METHOD}\.timeoutInMillis changed": 50,
    rf"{_METHOD}\.requestTemplates added": {"text/plain": '{"statusCode": 500}'},
    rf"{_METHOD}\.requestTemplates\.application/json changed": '{"statusCode": 500}',
    rf"{_METHOD}\.headers added": {"Access-Control-Max-Age": "'1'"},
    r".*Access-Control-Allow-.* changed": "'by-hand'",
    r"GatewayResponses added": {"UNAUTHORIZED": {"gatewayresponse.header.By-Hand": "'1'"}},
    r"GatewayResponses\.\w+ added": {"gatewayresponse.header.By-Hand": "'1'"},
    r"Throttling changed": {"rateLimit": 7.0, "burstLimit": 3},
    r"MethodThrottling added": {"hello/GET": {"rateLimit": 1.0, "burstLimit": 1}},
    r"EndpointTypes\[0\] changed": "EDGE",
    r"BinaryMediaTypes added": "image/png",
}
ALONE = frozenset({"Stage"})  # of two stages there is not one name
ALONG = {"Stage": {"Throttling"}}  # a stage takes its settings along
IMPOSSIBLE = {
    r"Description removed": "an API has it",
    r"Tags\.skiff:id (changed|removed)": "LocalStack shows the tags that an API was made with",
    rf"{_PATH}\.OPTIONS\.type changed": "then it is another method: see removed and added",
    rf"{_METHOD}\.(type|httpMethod|uri|timeoutInMillis|requestTemplates|headers) removed": "a method has it",
    r"Stage\.(Name|Definition) removed": "a stage has it",
    r"Throttling\.\w+ removed|Throttling added": "there are two of them",
    r"EndpointTypes(\[0\] removed| removed| added)|DisableExecuteApiEndpoint removed": "an API has one",
}


def test_one_of_the_same_name_that_is_not_ours_is_left_alone(world: World) -> None:
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    theirs = aws.client("apigateway").create_rest_api(name=name)["id"]
    world.up(CONFIG)
    assert len(apis(world, name)) == 2
    world.down(CONFIG)
    assert [api["id"] for api in aws.client("apigateway").get_rest_apis()["items"] if api["name"] == name] == [theirs]
    aws.client("apigateway").delete_rest_api(restApiId=theirs)


def test_the_older_of_two_wins(world: World) -> None:
    aws, _ = world.up(CONFIG)
    aws, made = world.plan(CONFIG)
    name = made.resources["demo.rest_api.api"].physical
    first = api_id(world, name)
    duplicate(world, name)
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
    api = api_id(world, name)
    (stage,) = client.get_stages(restApiId=api)["item"]
    (deployment,) = client.get_deployments(restApiId=api)["items"]
    assert (stage["stageName"], stage["deploymentId"]) == ("live", deployment["id"])


def test_it_takes_no_more_requests_than_configured_even_after_another_deployment(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    world.up(CONFIG.replace("/hello", "/welcome"))
    api = api_id(world, made.resources["demo.rest_api.api"].physical)
    (stage,) = aws.client("apigateway").get_stages(restApiId=api)["item"]
    limits = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (5, 10)


def test_what_is_configured_no_more_limits_nothing(world: World) -> None:
    aws, made = world.plan(CONFIG)
    world.up(CONFIG)
    unlimited = CONFIG.replace("  throttle: {rate: 5, burst: 10}\n", "")
    world.up(unlimited)
    api = api_id(world, made.resources["demo.rest_api.api"].physical)
    (stage,) = aws.client("apigateway").get_stages(restApiId=api)["item"]
    limits = stage["methodSettings"]["*/*"]
    assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (10_000, 5_000), "as AWS where none is"
    assert changes(world.plan(unlimited)[1]) == {}


def test_what_others_set_of_a_stage_beside_the_limits_stays(world: World) -> None:
    """Logs and metrics; not limits, which a method that has settings of its own would escape."""
    unlimited = CONFIG.replace("  throttle: {rate: 5, burst: 10}\n", "")
    _, made = world.plan(unlimited)
    name = made.resources["demo.rest_api.api"].physical
    world.up(unlimited)
    methods = ("*/*", "hello/GET")
    for method in methods:
        patch_stage(world, name, {"op": "replace", "path": f"/{method}/metrics/enabled", "value": "true"})
        patch_stage(world, name, *limits(method, {"rateLimit": 10000.0, "burstLimit": 5000}))  # as on AWS
    assert changes(world.plan(unlimited)[1]) == {}
    for sections, want in ((CONFIG, (5, 10)), (unlimited, (10_000, 5_000))):
        world.up(sections)
        (stage,) = world.client("apigateway").get_stages(restApiId=api_id(world, name))["item"]
        for method in methods:
            have = stage["methodSettings"][method]
            assert (have["throttlingRateLimit"], have["throttlingBurstLimit"]) == want, method
            assert have["metricsEnabled"], method
        assert changes(world.plan(sections)[1]) == {}


def test_what_others_add_to_a_method_goes(world: World) -> None:
    world.up(CONFIG)
    _, made = world.plan(CONFIG)
    name, gateway = made.resources["demo.rest_api.api"].physical, world.client("apigateway")
    api = api_id(world, name)
    hello = resources(world, api)["/hello"]
    method = {"restApiId": api, "resourceId": hello["id"], "httpMethod": "GET"}
    now = hello["resourceMethods"]["GET"]["methodIntegration"]
    added = {"credentials": "arn:aws:iam::000000000000:role/by-hand", "contentHandling": "CONVERT_TO_BINARY"}
    gateway.put_integration(**method, type=now["type"], uri=now["uri"], integrationHttpMethod="POST", **added)
    validator = gateway.create_request_validator(restApiId=api, name="strict", validateRequestBody=True)["id"]
    patches: Any = [{"op": "replace", "path": "/requestValidatorId", "value": validator}]
    gateway.update_method(**method, patchOperations=patches)

    (change,) = world.plan(CONFIG)[1].changes
    have, want = change.differences["Paths"]
    assert have["/hello"]["GET"] == {**want["/hello"]["GET"], **added, "requestValidatorId": validator}
    world.up(CONFIG)
    assert changes(world.plan(CONFIG)[1]) == {}


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
