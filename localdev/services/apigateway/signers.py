"""Methods of authorization type AWS_IAM: who signs a request, and whether that one may call.

https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import os
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    InvalidSignatureError,
    MissingAuthTokenError,
)

from localdev import signatures
from localdev.policies import Verdict
from localdev.principals import Principal, owner
from localdev.process import STRICT
from localdev.services.apigateway import resource_policy

SERVICE = "execute-api"


def authorize_signer(context: Any) -> None:
    """Says in the request's context who signed it, or raises one of the gateway's errors."""
    try:
        signature = signatures.read(context.request)
        if signature is None:
            raise MissingAuthTokenError("Missing Authentication Token")
        signatures.verify(signature, context.request, SERVICE, context.region)
    except signatures.Refused as error:
        raise refused(error.code, str(error)) from None
    signer = owner(signature.key, signature.region)
    context.context_variables["identity"].update(
        accessKey=signer.key, accountId=signer.account, caller=signer.id, user=signer.id, userArn=signer.arn
    )
    verdict = resource_policy.verdict(context, signer.names, aws_principalarn=signer.role or signer.arn)
    if verdict is Verdict.DENY:
        raise resource_policy.denial(context, signer.arn, " with an explicit deny")
    if STRICT in os.environ and require_right(context, signer):
        return
    if signer.account != context.account_id and verdict is not Verdict.ALLOW:
        raise resource_policy.denial(context, signer.arn)


def refused(code: str, message: str) -> InvalidSignatureError:
    error = InvalidSignatureError(message)
    error.code = code
    return error


def require_right(context: Any, signer: Principal) -> bool:
    """By the policies of a user or a role: False for the account itself, which has none."""
    from localdev.strict.rights import callers
    from localdev.strict.rights.decisions import refusal
    from localdev.strict.rights.tags import UNTAGGED

    try:
        caller = callers.owner(signer.key, signer.account)
    except CommonServiceException as error:
        raise refused("UnrecognizedClientException", error.message) from None
    if caller is None:
        return False
    need = resource_policy.need(context, aws_requestedregion=context.region)
    why = refusal(caller, need, UNTAGGED, resource_policy.of(context))
    if why:
        explicitly = " with an explicit deny" if "explicit" in why else ""
        raise resource_policy.denial(context, signer.arn, explicitly)
    return True
