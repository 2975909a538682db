"""Origin request policies: those that AWS manages, by id.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from __future__ import annotations

from typing import NamedTuple


class RequestPolicy(NamedTuple):
    """What the origin gets: headers by their names in lower case, or all but some; all cookies and queries or none."""

    headers: frozenset[str] = frozenset()
    all_but: frozenset[str] | None = None
    cookies: bool = False
    queries: bool = False


CORS = frozenset({"origin", "access-control-request-headers", "access-control-request-method"})
REQUEST_POLICIES = {
    "216adef6-5c7f-47e4-b989-5493eafa07d3": RequestPolicy(all_but=frozenset(), cookies=True, queries=True),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": RequestPolicy(all_but=frozenset({"host"}), cookies=True, queries=True),
    "59781a5b-3903-41f3-afcb-af62929ccde1": RequestPolicy(headers=frozenset({"origin"})),
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": RequestPolicy(headers=CORS),
    "acba4595-bd28-49b8-b9fe-13317c0390fa": RequestPolicy(headers=frozenset({"user-agent", "referer"})),
}
