"""CORS as the bucket has it, and nothing more.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from typing import Any

from localstack.services.s3 import cors, provider

from localdev.wildcards import between_asterisks


def apply() -> None:
    # LocalStack lets pages of its own, and those of the emulator, read every bucket.
    vars(cors)["is_origin_allowed_default"] = lambda headers: False
    vars(provider)["s3_cors_request_handler"] = lambda chain, context, response: None
    vars(cors)["S3CorsHandler"]._match_rule = staticmethod(match_rule)


def match_rule(rule: Any, method: str, headers: Any) -> Any:
    """The rule, if it allows the request. LocalStack knows no header such as ``x-amz-*``."""
    asked = [header.strip() for header in headers.get("Access-Control-Request-Headers", "").lower().split(",")]
    allowed = [pattern.lower() for pattern in rule.get("AllowedHeaders", [])]
    matches = (
        (headers.get("Access-Control-Request-Method") or method) in rule["AllowedMethods"]
        and any(fits(headers["Origin"], pattern) for pattern in rule["AllowedOrigins"])
        and all(any(fits(header, pattern) for pattern in allowed) for header in asked if header)
    )
    return rule if matches else None


def fits(text: str, pattern: str) -> bool:
    return between_asterisks([re.escape(part) for part in pattern.split("*")]).fullmatch(text) is not None
