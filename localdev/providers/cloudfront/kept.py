"""What there is of CloudFront: in each account's backend of moto, so that it goes with the account."""

# mypy: allow-untyped-calls
from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack import config
from localstack.aws.api import CommonServiceException, RequestContext
from moto.cloudfront.models import cloudfront_backends

from localdev.providers.cloudfront.cache import Cache

PARTITION = "aws"


def new_id() -> str:
    return "E" + "".join(random.choices(string.ascii_uppercase + string.digits, k=13))


@dataclass
class Versioned:
    """Something that is changed only by those who name its latest version."""

    config: dict[str, Any]
    id: str = field(default_factory=new_id)
    etag: str = field(default_factory=new_id)
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))

    def require(self, if_match: str | None) -> None:
        """Raises what AWS answers if that is not the version meant."""
        if not if_match:
            raise refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if if_match != self.etag:
            message = "The precondition in one or more of the request fields evaluated to false."
            raise refused("PreconditionFailed", message, 412)

    def change(self, config: dict[str, Any]) -> None:
        self.config, self.etag, self.modified = config, new_id(), datetime.now(UTC)


@dataclass
class Distribution(Versioned):
    account: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    invalidations: dict[str, dict[str, Any]] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:distribution/{self.id}"

    @property
    def domain_name(self) -> str:
        """Of this machine, with the port. On AWS it is another name than the id, below cloudfront.net."""
        return f"{self.id.lower()}.cloudfront.localhost:{config.GATEWAY_LISTEN[0].port}"


@dataclass
class Kept:
    """By id: distributions, origin access controls, and cache policies that are not AWS's own."""

    distributions: dict[str, Distribution] = field(default_factory=dict)
    access_controls: dict[str, Versioned] = field(default_factory=dict)
    cache_policies: dict[str, Versioned] = field(default_factory=dict)


def kept(account: str) -> Kept:
    found: Kept = vars(cloudfront_backends[account][PARTITION]).setdefault("kept_by_localdev", Kept())
    return found


def kept_for(context: RequestContext) -> Kept:
    return kept(context.account_id)


def all_distributions() -> Iterator[Distribution]:
    """Of every account."""
    for account in list(cloudfront_backends):
        yield from list(kept(account).distributions.values())


def refused(code: str, message: str, status: int = 400) -> CommonServiceException:
    return CommonServiceException(code, message, status_code=status, sender_fault=True)


def listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """As CloudFront writes lists, which are never cut into pages here."""
    found = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items)}
    return {**found, "Items": items} if items else found
