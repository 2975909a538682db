"""A service answered by moto, which LocalStack brings along: its control plane, without data or side effects."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.aws.skeleton import Skeleton, create_dispatch_table
from localstack.aws.spec import load_service
from localstack.services.moto import _proxy_moto
from localstack.services.plugins import Service


def moto_service(name: str, own: object = None) -> Service:
    """What LocalStack calls a service: moto's, but for the operations that ``own`` answers.

    name: botocore's, as in ``cognito-idp``. own: has methods marked with LocalStack's ``@handler``. What moto
    lacks, too, is answered with ``InternalFailure`` and status 501.
    """
    model = load_service(name)
    table = dict.fromkeys(model.operation_names, _proxy_moto) | create_dispatch_table(own)
    return Service(name, skeleton=Skeleton(model, table))
