from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def make(of: Any, memo: dict[str, Any]) -> None:
    api = of("apigateway")
    at = {"restApiId": api.create_rest_api(name="keyed")["id"]}
    method = at | {"resourceId": api.get_resources(**at)["items"][0]["id"], "httpMethod": "GET"}
    answer = method | {"statusCode": "200"}
    api.put_method(**method, authorizationType="NONE", apiKeyRequired=True)
    api.put_method_response(**answer)
    api.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.put_integration_response(**answer)
    api.create_deployment(**at, stageName="live")
    key = api.create_api_key(name="mine", enabled=True)
    stages = [{"apiId": at["restApiId"], "stage": "live"}]
    plan = api.create_usage_plan(name="few", apiStages=stages, quota={"limit": 1000, "period": "DAY"})
    api.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    memo |= {"at": at, "method": method, "key": key["id"], "value": key["value"], "plan": plan["id"]}
    assert statuses(of, memo) == [200, 403]


def statuses(of: Any, memo: dict[str, Any]) -> list[int]:
    """With the key, and without."""
    url = f"{of.url}/_aws/execute-api/{memo['at']['restApiId']}/live/"
    found = []
    for headers in ({"x-api-key": memo["value"]}, {}):
        try:
            with urlopen(Request(url, headers=headers), timeout=60) as answer:
                found.append(answer.status)
        except HTTPError as error:
            with error:
                found.append(error.code)
    return found


def look(of: Any, memo: dict[str, Any]) -> Any:
    api = of("apigateway")
    return [
        api.get_rest_apis(),
        api.get_method(**memo["method"]),
        api.get_stages(**memo["at"]),
        api.get_deployments(**memo["at"]),
        api.get_api_key(apiKey=memo["key"], includeValue=True),
        api.get_usage_plan(usagePlanId=memo["plan"]),
        api.get_usage_plan_keys(usagePlanId=memo["plan"]),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    assert statuses(of, memo) == [200, 403]
