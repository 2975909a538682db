"""How AWS words a refusal: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging

from localstack.aws.api import CommonServiceException, RequestContext

from localdev.policies import Need, surroundings
from localdev.strict.rights.callers import Anonymous, Caller, Identity
from localdev.strict.rights.decisions import refusal
from localdev.strict.rights.tags import of_request

LOG = logging.getLogger(__name__)
# Elsewhere it is AccessDeniedException.
CODES = {"ec2": "UnauthorizedOperation", "s3": "AccessDenied", "sns": "AuthorizationError", "sqs": "AccessDenied"}


def require(caller: Caller, need: Need, context: RequestContext) -> None:
    """Raises CommonServiceException if the caller has not got the right."""
    text = message(caller, need, context)
    if text is None:
        return
    LOG.info("refused: %s", text)
    assert context.service is not None
    protocol = context.service.protocol
    if isinstance(caller, Anonymous):
        raise CommonServiceException("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    code = CODES.get(context.service.service_name, "AccessDenied" if protocol == "query" else "AccessDeniedException")
    raise CommonServiceException(code, text, 400 if protocol == "json" else 403, sender_fault=True)


def message(caller: Caller, need: Need, context: RequestContext) -> str | None:
    """None if the caller has the right."""
    given = {**surroundings(context.request.headers), "aws:requestedregion": context.region}
    if external := (context.service_request or {}).get("ExternalId"):
        given["sts:externalid"] = str(external)
    why = refusal(caller, need, [given, *of_request(context)])
    if why is None:
        return None
    who = caller.arn if isinstance(caller, Identity) else getattr(caller, "name", "anonymous")
    action = need.action.lower() if need.action.startswith("sqs:") else need.action
    resource = f'"{need.resource}"' if need.action.startswith("s3:") else need.resource
    return (
        f"User: {who} is not authorized to perform: {action} on resource: {resource} {why.replace(need.action, action)}"
    )
