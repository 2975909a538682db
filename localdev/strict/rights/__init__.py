"""IAM: who is neither the account itself nor allowed by a policy is refused.

LocalStack 4.13.1 keeps policies, says with each call between its services which of them calls, and asks nobody.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.aws import handlers
from localstack.aws.api import RequestContext

from localdev.strict.rights import deletions, function_logs

if TYPE_CHECKING:
    from localdev.strict.rights import callers


def apply() -> None:
    # Before others look: AWS says what is wrong with a request to nobody who may not send it.
    handlers.serve_custom_service_request_handlers.handlers.insert(0, check)
    deletions.apply()
    function_logs.apply()


def check(chain: Any, context: RequestContext, response: Any) -> None:
    """A handler of the gateway. Raises CommonServiceException for what the caller may not do."""
    from localdev.strict.rights import callers, destinations
    from localdev.strict.rights.needs import needs
    from localdev.strict.rights.refusals import require

    if context.service is None or context.operation is None or context.operation.auth_type == "none":
        return  # AWS wants no signature for some
    caller = callers.identify(context)
    if caller is not None and not exempt(caller, context):
        for need in needs(context):
            require(caller, need, context)
    destinations.check(context)


def exempt(caller: callers.Caller, context: RequestContext) -> bool:
    from localdev.strict.rights.callers import Anonymous, Identity

    assert context.service is not None
    assert context.operation is not None
    operation = context.service.service_name, context.operation.name
    if isinstance(caller, Anonymous):
        # S3 has looked at the bucket's policy before; links in e-mails carry a token instead of a signature.
        return operation[0] == "s3" or operation in (("sns", "ConfirmSubscription"), ("sns", "Unsubscribe"))
    if operation in (("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")):
        return True
    # A function's logs: see function_logs.
    return isinstance(caller, Identity) and context.is_internal_call and operation[0] == "logs"
