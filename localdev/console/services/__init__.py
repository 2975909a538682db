"""What the console shows of each service: one module each, in this order.

``SERVICE`` is botocore's name, ``TITLE`` the heading. `things(place)` lists with few calls, for it is asked every
few seconds; `details(place, name)` tells all about one; `tags(place, name)` its tags. Nothing of them answers with a
secret: no value of a secret or SecureString, no material of a key, no client secret, no password.
"""

from __future__ import annotations

import importlib
from types import ModuleType

NAMES = (
    "lambda_",
    "apigateway",
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "events",
    "cloudfront",
    "cognito_idp",
    "iam",
    "kms",
    "logs",
    "cloudtrail",
    "secretsmanager",
    "ssm",
)


def modules() -> list[ModuleType]:
    return [importlib.import_module(f"{__name__}.{name}") for name in NAMES]
