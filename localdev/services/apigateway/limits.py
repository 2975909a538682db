"""Throttling and quotas, after the API key was found good.

In AWS's order: what the usage plan grants the key, for the method or altogether; what the stage grants the method.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import QuotaExceededError, ThrottledError
from localstack.services.apigateway.next_gen.execute_api.moto_helpers import get_usage_plan_keys, get_usage_plans

from localdev.services.apigateway.buckets import Buckets, Usage

BUCKETS = Buckets()
USAGE = Usage()


def limit(chain: Any, context: Any, response: Any) -> None:
    """A handler of the gateway. Raises ThrottledError or QuotaExceededError: 429 both."""
    path, verb = context.resource["path"], context.resource_method["httpMethod"]
    method = context.api_id, context.stage, path, verb
    plan = None
    if context.resource_method.get("apiKeyRequired"):
        key = context.context_variables["identity"]["apiKeyId"]
        plan, stage = plan_of(context, key)
        methods = stage.get("throttle") or {}
        if f"{path}/{verb}" in methods:
            _throttle(("method", plan["id"], key, *method), methods[f"{path}/{verb}"])
        else:
            _throttle(("plan", plan["id"], key), plan.get("throttle") or {})
    settings = context.stage_configuration.get("methodSettings") or {}
    # A stage's settings for "*/*" are those of each of its methods, not of all of them together.
    escaped = path.removeprefix("/").replace("/", "~1")
    mine = settings.get(f"{escaped}/{verb}") or settings.get(f"~1{escaped}/{verb}") or settings.get("*/*") or {}
    found = {"rateLimit": mine.get("throttlingRateLimit"), "burstLimit": mine.get("throttlingBurstLimit")}
    _throttle(("stage", *method), found)
    if plan and (quota := plan.get("quota")):
        taken = USAGE.take((plan["id"], key), int(quota["limit"]), quota["period"], int(quota.get("offset") or 0))
        if not taken:
            raise QuotaExceededError("Limit Exceeded")


def plan_of(context: Any, key: str) -> tuple[Any, Any]:
    """The usage plan that gives the key access to the stage, and what it says of the stage."""
    for plan in every_plan(context):
        for stage in plan.get("apiStages") or []:
            if (stage["apiId"], stage["stage"]) == (context.api_id, context.stage):
                keys = get_usage_plan_keys(plan["id"], context.account_id, context.region)
                if key in (each["id"] for each in keys):
                    return plan, stage
    raise LookupError(f"no usage plan has the key {key}")  # which was just found in one


def every_plan(context: Any) -> Any:
    return get_usage_plans(account_id=context.account_id, region_name=context.region)


def _throttle(key: tuple[str, ...], limits: dict[str, Any]) -> None:
    rate, burst = limits.get("rateLimit"), limits.get("burstLimit")
    if rate is None and burst is None:
        return
    # One of the two alone: the other is the account's.
    rate, burst = (ACCOUNT_RATE if rate is None else rate), (ACCOUNT_BURST if burst is None else burst)
    if not BUCKETS.take(key, float(rate), float(burst)):
        raise ThrottledError("Too Many Requests")


ACCOUNT_RATE, ACCOUNT_BURST = 10_000, 5_000
