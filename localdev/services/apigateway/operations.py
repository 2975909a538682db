"""Operations about usage and caches, which LocalStack lacks."""

# mypy: allow-untyped-calls
from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from localstack.aws.api.apigateway import BadRequestException, NotFoundException
from localstack.services.apigateway.next_gen.execute_api.moto_helpers import get_usage_plan_keys
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.utils.patch import patch


def apply() -> None:
    patch(ApigatewayNextGenProvider.get_usage)(get_usage)
    patch(ApigatewayNextGenProvider.flush_stage_authorizers_cache)(flush_stage_authorizers_cache)


def get_usage(
    original: Callable[..., Any],
    self: Any,
    context: Any,
    usage_plan_id: str,
    start_date: str,
    end_date: str,
    key_id: str | None = None,
    **more: Any,
) -> Any:
    """By key, for each day: how many requests there were, and how many were left of the quota.

    https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html; of plans with a quota only.
    """
    from localdev.services.apigateway.limits import USAGE, every_plan

    plan = next((plan for plan in every_plan(context) if plan["id"] == usage_plan_id), None)
    if plan is None:
        raise NotFoundException("Invalid Usage Plan ID specified")
    try:
        first, last = datetime.date.fromisoformat(start_date), datetime.date.fromisoformat(end_date)
    except ValueError as error:
        raise BadRequestException(f"Invalid date specified. Dates are YYYY-MM-DD: {error}") from error
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    quota = plan.get("quota") or {}
    items = {}
    for key in get_usage_plan_keys(usage_plan_id, context.account_id, context.region):
        if quota and key_id in (None, key["id"]):
            mine = usage_plan_id, key["id"]
            period, offset, limit = quota["period"], int(quota.get("offset") or 0), int(quota["limit"])
            items[key["id"]] = [[USAGE.on(mine, day), limit - USAGE.used(mine, period, offset, day)] for day in days]
    return {"usagePlanId": usage_plan_id, "startDate": start_date, "endDate": end_date, "items": items}


def flush_stage_authorizers_cache(
    original: Callable[..., Any], self: Any, context: Any, rest_api_id: str, stage_name: str, **more: Any
) -> None:
    from localdev.services.apigateway.lambda_authorizer import CACHE

    CACHE.flush(rest_api_id, stage_name)
