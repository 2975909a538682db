"""What is not emulated says so, in the wire format of the service it was asked of."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException
from localstack.aws.handlers.service import ServiceExceptionSerializer
from localstack.aws.protocol import service_router
from localstack.aws.protocol.parser import create_parser
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import get_service_catalog, load_service
from localstack.utils.patch import patch

from localdev.models import services_by_mark

OF_MOTO = re.compile("No moto route|action has not been implemented")
# Services whose format answers a request to one that botocore does not know.
SPEAKERS: dict[Any, str] = {"smithy-rpc-v2-cbor": "cloudwatch", "json": "kms", "query": "sts", "rest-json": "lambda"}
# What LocalStack leaves of marks that have dots themselves, such as CloudTrail's ``com.amazonaws.cloudtrail...``.
CUT = "com"


def apply(gateway: Any) -> None:
    before = gateway.request_handlers.index(handlers.parse_service_name)
    gateway.request_handlers.insert(before, refuse_services)
    patch(ServiceExceptionSerializer.create_exception_response)(refuse_unloaded)
    patch(Skeleton.on_not_implemented_error)(refuse_unimplemented)


def refusal(message: str) -> CommonServiceException:
    """AWS's code for what went wrong within a service, with the status that SDKs do not try again."""
    return CommonServiceException("InternalFailure", message, status_code=501)


class Addressee(NamedTuple):
    """Whom a request is for: botocore's name of the service, the model to answer by, and the operation if known."""

    name: str
    model: Any
    protocol: Any
    operation: Any = None


def refuse_services(chain: Any, context: Any, response: Any) -> None:
    """LocalStack takes a request to a service it does not offer for one to another, mostly to S3.

    A request that is neither signed nor names a target cannot be told from one to S3, and is left to LocalStack.
    """
    signing_name, target, *_ = service_router._extract_service_indicators(context.request)
    if target == CUT:
        target = None
    offered = get_service_catalog()
    if target in offered.target_prefix_index or not (signing_name or target):
        return
    if not target and signing_name in offered.signing_name_index:
        return
    names = services_by_mark().get(target or "") or services_by_mark().get(f"/{signing_name}")
    found = addressee(names, context.request) if names else stranger(f"{signing_name or target}", context.request)
    asked = f" ({found.operation.name})" if found.operation else ""
    # Any operation will do for the format of an error.
    operation = found.operation or found.model.operation_model(found.model.operation_names[0])
    refused = create_serializer(found.model, found.protocol).serialize_error_to_response(
        refusal(f"the service {found.name} is not emulated{asked}"),
        operation,
        context.request.headers,
        context.request_id,
    )
    response.update_from(refused)
    chain.stop()


def addressee(names: list[str], request: Any) -> Addressee:
    """Which of the services that share a signing name knows the request; the first, if none does."""
    for name in names:
        model = load_service(name)
        if request.values.get("Version", model.api_version) != model.api_version:
            continue
        try:
            protocol = service_router.determine_aws_protocol(request, model)
            operation, _ = create_parser(model, protocol).parse(request)
        except Exception:  # parsers fail in many ways
            continue
        return Addressee(name, model, protocol, operation)
    model = load_service(names[0])
    return Addressee(names[0], model, model.protocol)


def stranger(name: str, request: Any) -> Addressee:
    """A service that botocore does not know yet."""
    protocol: Any = service_router.match_available_protocols(request, [*SPEAKERS])
    return Addressee(name, load_service(SPEAKERS[protocol]), protocol)


def refuse_unloaded(original: Callable[..., Any], self: Any, exception: Exception, context: Any) -> Any:
    """LocalStack speaks of licences."""
    if context.operation and isinstance(exception, NotImplementedError):
        exception = refusal_of(context, exception)
    return original(self, exception, context)


def refuse_unimplemented(
    original: Callable[..., Any], self: Any, serializer: Any, context: Any, exception: NotImplementedError
) -> Any:
    """LocalStack hands on moto's words, which name a function of moto's."""
    return self.on_service_exception(serializer, context, refusal_of(context, exception))


def refusal_of(context: Any, exception: NotImplementedError) -> CommonServiceException:
    service, operation, why = context.service.service_name, context.operation.name, str(exception)
    message = f"the operation {operation} of {service} is not emulated"
    return refusal(f"{message}: {why}" if why and not OF_MOTO.search(why) else message)
