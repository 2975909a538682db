"""Who may call a function's URL: everybody or who signs, as far as the function's policy says so.

https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html. LocalStack 4.13.1 lets everybody in.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from localstack.aws.protocol.serializer import gen_amzn_requestid
from localstack.http import Request, Response
from localstack.services.lambda_ import api_utils, urlrouter
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.lambda_.urlrouter import FunctionUrlRouter
from localstack.utils.patch import Patch, patch

from localdev import signatures
from localdev.policies import Document, Need, Verdict, judge, surroundings
from localdev.principals import Principal, owner
from localdev.process import STRICT

# Both, since October 2025.
ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
FORBIDDEN = "Forbidden. For troubleshooting Function URL authorization issues, see: " + (
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
SIGNER = "localdev.signer"  # in a request's environment


class Refused(Exception):
    """answer: its body. kind: the header x-amzn-ErrorType."""

    def __init__(self, answer: dict[str, str] | None = None, kind: str = "AccessDeniedException") -> None:
        super().__init__(kind)
        self.response = Response.for_json(answer or {"Message": FORBIDDEN}, status=403)
        self.response.headers.update({"x-amzn-ErrorType": kind, "x-amzn-RequestId": gen_amzn_requestid()})


def apply() -> None:
    """Once per process."""
    patch(FunctionUrlRouter.handle_lambda_url_invocation)(handle)
    patch(LambdaProvider.add_permission)(add_permission)
    event = urlrouter.event_for_lambda_url
    Patch(
        urlrouter, "event_for_lambda_url", lambda api_id, request: with_signer(event(api_id, request), request)
    ).apply()
    # LocalStack writes forms anew.
    Patch(urlrouter, "restore_payload", lambda request: request.get_data(cache=True)).apply()


def handle(
    original: Callable[..., Response], self: Any, request: Request, api_id: str, region: str, **more: Any
) -> Any:
    for account, function, url in urls(region):
        if url.url_id.lower() == api_id.lower():  # names of hosts have no case
            try:
                admit(request, account, region, function, url)
            except Refused as refused:
                return refused.response
    return original(self, request, api_id, region, **more)


def urls(region: str) -> Iterable[tuple[str, Any, Any]]:
    """Accounts, functions and the settings of their URLs, as LocalStack keeps them."""
    for account in list(lambda_stores):
        for function in list(lambda_stores[account][region].functions.values()):
            for url in list(function.function_url_configs.values()):
                yield account, function, url


def admit(request: Request, account: str, region: str, function: Any, url: Any) -> None:
    """Raises Refused."""
    found = function.permissions.get(url.function_qualifier)
    policy = {"Statement": dataclasses.asdict(found.policy)["Statement"]} if found else {"Statement": []}
    about = {
        **surroundings(request.headers),
        "lambda:functionurlauthtype": url.auth_type,
        "lambda:invokedviafunctionurl": "true",
    }
    needs = [Need(action, url.function_arn, about) for action in ACTIONS]
    if url.auth_type == "NONE":
        if any(judge(policy, need, ()) is not Verdict.ALLOW for need in needs):
            raise Refused
        return
    signer = verified(request, region)
    request.environ[SIGNER] = signer
    for need in needs:
        require(signer, account, need, policy)


def verified(request: Request, region: str) -> Principal:
    try:
        signature = signatures.read(request)
        if signature is None:
            raise Refused
        signatures.verify(signature, request, "lambda", region)
    except signatures.Refused as error:
        raise Refused({"message": str(error).partition("\n")[0]}, error.code) from None
    return owner(signature.key, region)


def require(signer: Principal, account: str, need: Need, policy: Document) -> None:
    """Of the policies of users and roles only strict mode knows."""
    need = dataclasses.replace(need, conditions={**need.conditions, "aws:principalarn": signer.role or signer.arn})
    verdict = judge(policy, need, signer.names)
    if verdict is Verdict.DENY:
        raise Refused
    if STRICT in os.environ:
        from localdev.strict.rights import callers
        from localdev.strict.rights.decisions import refusal
        from localdev.strict.rights.tags import UNTAGGED

        caller = callers.owner(signer.key, signer.account)
        if caller is not None:
            if refusal(caller, need, UNTAGGED, policy):
                raise Refused
            return
    if signer.account != account and verdict is not Verdict.ALLOW:
        raise Refused


def with_signer(event: dict[str, Any], request: Request) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, "Request payload format" """
    signer: Principal | None = request.environ.get(SIGNER)
    if signer is not None:
        iam = {
            "accessKey": signer.key,
            "accountId": signer.account,
            "callerId": signer.id,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": signer.arn,
            "userId": signer.id,
        }
        event["requestContext"] |= {"accountId": signer.account, "authorizer": {"iam": iam}}
    return event


def add_permission(original: Callable[..., Any], self: Any, context: Any, request: Any, **more: Any) -> Any:
    """LocalStack leaves out InvokedViaFunctionUrl, and so would allow more."""
    response = original(self, context, request, **more)
    if request.get("InvokedViaFunctionUrl"):
        name, qualifier = api_utils.get_name_and_qualifier(request["FunctionName"], request.get("Qualifier"), context)
        account, region = api_utils.get_account_and_region(request["FunctionName"], context)
        statements = lambda_stores[account][region].functions[name].permissions[qualifier or "$LATEST"].policy.Statement
        statement = next(each for each in statements if each["Sid"] == request["StatementId"])
        statement.setdefault("Condition", {})["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
        response["Statement"] = json.dumps(statement)
    return response
