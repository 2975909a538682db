"""How one cache behavior treats a request: by its cache policy, or its older ForwardedValues."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from localdev.providers.cloudfront.cache import Answer, Key
from localdev.providers.cloudfront.cache_policies import find_policy
from localdev.providers.cloudfront.config import items
from localdev.providers.cloudfront.kept import Kept
from localdev.providers.cloudfront.request_policies import REQUEST_POLICIES, RequestPolicy

# What is said of the body goes along with it.
ALWAYS = frozenset({"content-type"})
CACHED_ERRORS = frozenset({404, 410, 414, 500, 501, 502, 503, 504})
ERROR_TTL = 10  # seconds


class Selection:
    """Some names of all. behavior: ``none``, ``whitelist``, ``allExcept`` or ``all``."""

    def __init__(self, behavior: str, names: list[str]) -> None:
        self._behavior, self._names = behavior, {name.lower() for name in names}

    def __contains__(self, name: str) -> bool:
        if self._behavior in ("none", "all"):
            return self._behavior == "all"
        return (name.lower() in self._names) == (self._behavior == "whitelist")


@dataclass(frozen=True)
class Rules:
    behaviour: dict[str, Any]
    kept: Kept

    @cached_property
    def _forwarded(self) -> dict[str, Any]:
        return self.behaviour.get("ForwardedValues") or {}

    @cached_property
    def _policy(self) -> dict[str, Any]:
        id = self.behaviour.get("CachePolicyId")
        found = find_policy(id, self.kept) if id else None
        return found.config if found else {}

    @cached_property
    def _in_key(self) -> dict[str, Any]:
        return self._policy.get("ParametersInCacheKeyAndForwardedToOrigin") or {}

    @cached_property
    def headers(self) -> Selection:
        if self._policy:
            config = self._in_key["HeadersConfig"]
            return Selection(config["HeaderBehavior"], items(config, "Headers"))
        names = items(self._forwarded, "Headers")
        return Selection("all" if "*" in names else "whitelist", names)

    @cached_property
    def cookies(self) -> Selection:
        if self._policy:
            config = self._in_key["CookiesConfig"]
            return Selection(config["CookieBehavior"], items(config, "Cookies"))
        config = self._forwarded["Cookies"]
        return Selection(config["Forward"], items(config, "WhitelistedNames"))

    @cached_property
    def queries(self) -> Selection:
        if self._policy:
            config = self._in_key["QueryStringsConfig"]
            return Selection(config["QueryStringBehavior"], items(config, "QueryStrings"))
        if not self._forwarded["QueryString"]:
            return Selection("none", [])
        names = items(self._forwarded, "QueryStringCacheKeys")
        return Selection("whitelist", names) if names else Selection("all", [])

    @property
    def compresses(self) -> bool:
        if not self.behaviour["Compress"]:
            return False
        return not self._policy or bool(self._in_key["EnableAcceptEncodingGzip"])

    @property
    def to_origin(self) -> RequestPolicy:
        """What the origin gets beside what is in the key."""
        found = REQUEST_POLICIES.get(self.behaviour.get("OriginRequestPolicyId") or "", RequestPolicy())
        # Of a query, older settings may have some names in the key, and send all.
        return found._replace(queries=found.queries or bool(self._forwarded.get("QueryString")))

    def key(self, request: Any, path: str, *, gzip: bool) -> Key:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html"""
        headers = [(name.lower(), value) for name, value in request.headers.items() if name in self.headers]
        encoding = [("accept-encoding", "gzip")] if gzip else []
        cookies = [(name, value) for name, value in request.cookies.items() if name in self.cookies]
        query = picked(request.query_string.decode(), self.queries)
        return Key(path, query, tuple(sorted(headers + encoding)), tuple(sorted(cookies)))

    def seconds(self, answer: Answer) -> float:
        """How long an answer is kept.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
        """
        times = self._policy or self.behaviour
        least, most = times["MinTTL"], times["MaxTTL"]
        if not self._policy and "*" in items(self._forwarded, "Headers"):
            return 0
        said = _lifetime(answer.headers)
        if said is None:
            return float(max(times["DefaultTTL"], least))
        return float(min(max(said, least), max(most, least)))

    def seconds_of_error(self, answer: Answer, custom: dict[str, Any] | None) -> float:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html"""
        said = _lifetime(answer.headers)
        if custom is None and said is None and answer.status not in CACHED_ERRORS:
            return 0
        least = ERROR_TTL if custom is None else custom.get("ErrorCachingMinTTL", ERROR_TTL)
        return float(max(least, said or 0))


def picked(query: str, selection: Selection) -> str:
    """The parameters of a query whose names are among those selected, in their order."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name in selection]
    return query if kept == pairs else urlencode(kept)


def _lifetime(headers: dict[str, str]) -> float | None:
    """Seconds, as the origin says; None if it says nothing."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\b(no-store|no-cache|private)\b", control):
        return 0
    for directive in ("s-maxage", "max-age"):
        if found := re.search(rf"\b{directive}=(\d+)", control):
            return float(found[1])
    if "expires" in headers and "date" in headers:
        try:
            expires, date = (parsedate_to_datetime(headers[name]) for name in ("expires", "date"))
        except ValueError:
            return 0
        return max(0.0, (expires - date).total_seconds())
    return None
