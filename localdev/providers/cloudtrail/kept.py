"""What there is of CloudTrail: in each account's backends of moto, so that it goes with the account."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException
from moto.cloudtrail.models import cloudtrail_backends

Record = dict[str, Any]
REMEMBERED = 1000  # events of each region that can be looked up; AWS has those of 90 days
EVERYTHING = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@dataclass
class Trail:
    """about: its description, as in AWS's answers. Times are None until there is one."""

    account: str
    region: str
    about: dict[str, Any]
    selectors: list[dict[str, Any]] = field(default_factory=lambda: [EVERYTHING])
    advanced: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    logging: bool = False
    started: datetime | None = None
    stopped: datetime | None = None
    delivered: datetime | None = None
    error: str | None = None
    pending: deque[Record] = field(default_factory=deque)

    @property
    def name(self) -> str:
        return str(self.about["Name"])

    @property
    def arn(self) -> str:
        return trail_arn(self.account, self.region, self.name)

    def start(self, logs: bool) -> None:
        self.logging = logs
        if logs:
            self.started = datetime.now(UTC)
        else:
            self.stopped = datetime.now(UTC)


@dataclass
class Kept:
    """Of one account and region: trails by name, and management events, the latest first."""

    trails: dict[str, Trail] = field(default_factory=dict)
    events: deque[Record] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


def kept(account: str, region: str) -> Kept:
    found: Kept = vars(cloudtrail_backends[account][region]).setdefault("kept_by_localdev", Kept())
    return found


def trails_of(account: str) -> list[Trail]:
    """In all regions."""
    regions = list(cloudtrail_backends[account])
    return [trail for region in regions for trail in list(kept(account, region).trails.values())]


def all_trails() -> Iterator[Trail]:
    for account in list(cloudtrail_backends):
        yield from trails_of(account)


def trail_arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


def find(account: str, region: str, name: str) -> Trail:
    """name: or ARN. Raises what AWS answers if there is none."""
    for trail in trails_of(account):
        if trail.arn == name or (trail.name == name and trail.region == region):
            return trail
    arn = name if name.startswith("arn:") else trail_arn(account, region, name)
    raise refused("TrailNotFoundException", f"Unknown trail: {arn} for the user: {account}")


def refused(code: str, message: str) -> CommonServiceException:
    return CommonServiceException(code, message, status_code=400, sender_fault=True)


def not_emulated(what: str) -> CommonServiceException:
    return CommonServiceException("InternalFailure", f"{what} is not emulated", status_code=501)
