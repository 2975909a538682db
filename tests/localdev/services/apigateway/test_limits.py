"""API keys, throttling and quotas. Rates are so low that nothing comes back while a test runs.

Developer guide: api-gateway-api-usage-plans, api-gateway-request-throttling.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ONCE = {"rateLimit": 0.0001, "burstLimit": 1}
FORBIDDEN = 403, {"message": "Forbidden"}, "ForbiddenException"
THROTTLED = 429, {"message": "Too Many Requests"}, "TooManyRequestsException"
EXCEEDED = 429, {"message": "Limit Exceeded"}, "LimitExceededException"


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], mock: Any) -> Any:
    needed = {"security": [{"key": []}]}
    keyed = {"get": mock(**needed), "post": mock(**needed)}
    return new_api({"/keyed": keyed, "/more": {"get": mock(**needed)}, "/free": {"get": mock()}})


@pytest.mark.feature("API Gateway", "API keys and usage plans")
class TestKeys:
    def test_a_key_of_a_plan_for_the_stage_is_needed(self, api: Any, new_key: Any) -> None:
        value, *_ = new_key(api)
        unplanned = api.client.create_api_key(name="unplanned", enabled=True)["value"]
        assert api.call("/keyed", x_api_key=value).status == 200
        assert api.call("/keyed").error == FORBIDDEN
        assert api.call("/keyed", x_api_key="wrong").error == FORBIDDEN
        assert api.call("/keyed", x_api_key=unplanned).error == FORBIDDEN
        assert api.call("/free").status == 200

    def test_a_key_can_be_turned_off(self, api: Any, new_key: Any) -> None:
        value, key, _ = new_key(api)
        patch = {"op": "replace", "path": "/enabled", "value": "false"}
        api.client.update_api_key(apiKey=key, patchOperations=[patch])
        assert api.call("/keyed", x_api_key=value).error == FORBIDDEN


@pytest.mark.feature("API Gateway", "throttling by usage plans, for each key and for single methods")
class TestPlans:
    def test_each_key_has_a_burst_of_its_own_for_all_methods(self, api: Any, new_key: Any) -> None:
        mine, _, plan = new_key(api, throttle=ONCE)
        other, *_ = new_key(api, plan=plan)
        assert api.call("/keyed", x_api_key=mine).status == 200
        assert api.call("/keyed", "POST", x_api_key=mine).error == THROTTLED
        assert api.call("/keyed", x_api_key=other).status == 200

    def test_a_method_may_have_limits_of_its_own(self, api: Any, new_key: Any) -> None:
        limited = {"/keyed/POST": ONCE, "/more/GET": ONCE}
        key, *_ = new_key(api, limited, throttle={"rateLimit": 1000, "burstLimit": 1000})
        asked = [("POST", "/keyed"), ("POST", "/keyed"), ("GET", "/more"), ("GET", "/keyed"), ("GET", "/keyed")]
        calls = [api.call(path, method, x_api_key=key).status for method, path in asked]
        assert calls == [200, 429, 200, 200, 200]


@pytest.mark.feature("API Gateway", "throttling by settings of the stage")
class TestStage:
    """Guide: "Each method in this stage will respect these rate and burst settings"."""

    def test_every_method_has_the_burst_of_the_stage(self, new_api: Callable[..., Any], mock: Any) -> None:
        api = new_api({"/a": {"get": mock(), "post": mock()}, "/b/{c}": {"get": mock()}})
        api.set("/*/*/throttling/rateLimit", "0.0001")
        api.set("/*/*/throttling/burstLimit", "1")
        calls = [("GET", "/a"), ("GET", "/a"), ("POST", "/a"), ("GET", "/b/1"), ("GET", "/b/2")]
        assert [api.call(path, method).status for method, path in calls] == [200, 429, 200, 200, 429]
        assert api.call("/a").error == THROTTLED

    def test_a_method_may_have_others(self, new_api: Callable[..., Any], mock: Any) -> None:
        api = new_api({"/": {"get": mock()}, "/a": {"get": mock()}, "/b/{c}": {"get": mock()}})
        for setting, value in (("rateLimit", "0.0001"), ("burstLimit", "1")):
            api.set(f"/*/*/throttling/{setting}", value)
        for method in ("~1b~1{c}", "~1"):
            for setting, value in (("rateLimit", "1000"), ("burstLimit", "1000")):
                api.set(f"/{method}/GET/throttling/{setting}", value)
        paths = ("/b/1", "/b/1", "/", "/", "/a", "/a")
        assert [api.call(path).status for path in paths] == [200, 200, 200, 200, 200, 429]


@pytest.mark.feature("API Gateway", "quotas of usage plans by day, week and month")
def test_a_quota_can_be_used_up(api: Any, new_key: Any) -> None:
    key, _, plan = new_key(api, quota={"limit": 2, "period": "MONTH", "offset": 0})
    other, *_ = new_key(api, plan=plan)
    assert [api.call("/keyed", x_api_key=key).status for _ in range(2)] == [200, 200]
    assert api.call("/keyed", x_api_key=key).error == EXCEEDED
    assert api.call("/keyed", x_api_key=other).status == 200


@pytest.mark.feature("API Gateway", "GetUsage")
def test_usage_can_be_asked_for(api: Any, new_key: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html"""
    key, identifier, plan = new_key(api, quota={"limit": 10, "period": "DAY"})
    before = datetime.datetime.now(datetime.UTC).date()
    for _ in range(3):
        api.call("/keyed", x_api_key=key)
    after = datetime.datetime.now(datetime.UTC).date()
    dates = {"startDate": str(before), "endDate": str(after)}
    days = api.client.get_usage(usagePlanId=plan, **dates)["items"][identifier]
    # Two days, if midnight was in between.
    assert (sum(used for used, _ in days), sum(10 - left for _, left in days)) == (3, 3)
    assert api.client.get_usage(usagePlanId=plan, keyId="other", **dates)["items"] == {}
    with pytest.raises(ClientError, match="Invalid Usage Plan ID specified"):
        api.client.get_usage(usagePlanId="none", **dates)
    with pytest.raises(ClientError, match=r"BadRequestException.*Invalid date"):
        api.client.get_usage(usagePlanId=plan, startDate="x", endDate=str(after))
