"""What viewers get from a distribution, at its domain name or by path.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehavior.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import gzip
import re
import uuid
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from http import HTTPStatus
from typing import Any

from localstack.http import Request
from rolo import Response
from rolo.request import get_raw_path
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from localdev.providers.cloudfront.cache import Answer
from localdev.providers.cloudfront.config import behaviours, items
from localdev.providers.cloudfront.kept import Distribution, all_distributions, kept
from localdev.providers.cloudfront.origins import Unreachable, from_bucket, from_server
from localdev.providers.cloudfront.rules import ALWAYS, Rules, picked
from localdev.wildcards import between_asterisks

READING = ("GET", "HEAD")
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
COMPRESSED = re.compile(
    r"text/.*|application/(javascript|json|xml|wasm|[\w.+-]+\+(json|xml))|image/svg\+xml|font/[ot]tf"
)
COMPRESSED_SIZES = range(1000, 10_000_001)  # bytes


def serve_host(request: Request, id: str, **more: str) -> Response:
    """``http://<id>.cloudfront.<anything>/<path>``"""
    return _serve(request, id, "")


def serve_path(request: Request, prefix: str) -> Response:
    """``<prefix><id>/<path>`` at the emulator's own address."""
    id = get_raw_path(request).removeprefix(prefix).partition("/")[0]
    return _serve(request, id, f"{prefix}{id}")


def _serve(request: Request, id: str, base: str) -> Response:
    distribution = next((each for each in all_distributions() if each.id == id.upper()), None)
    if distribution is None:
        return _page(404, f"There is no distribution {id}.")
    if not distribution.config["Enabled"]:
        return _page(403, f"The distribution {id} is disabled.")
    path = get_raw_path(request).removeprefix(base)
    if not path:
        return Response(b"", 302, headers={"Location": f"{base}/"})
    answer = Visit(distribution, request).answer(path)
    if request.method == "HEAD":
        answer.response = []  # the length stays
    return answer


@dataclass(frozen=True)
class Visit:
    """One request to a distribution."""

    distribution: Distribution
    request: Request

    def answer(self, path: str) -> Response:
        config, method = self.distribution.config, self.request.method
        if path == "/" and config["DefaultRootObject"]:
            path = f"/{config['DefaultRootObject']}"
        rules = self._rules(path)
        if method not in rules.behaviour["AllowedMethods"]["Items"]:
            text = (
                "This distribution is not configured to allow the HTTP request method that was used for this request."
            )
            return _page(403, text)
        zipped = rules.compresses and "gzip" in self.request.headers.get("Accept-Encoding", "")
        key = rules.key(self.request, path, gzip=zipped)
        if method in READING and (found := self.distribution.cache.get(key)):
            how = "Error" if found.error else "Hit"
            return self._respond(found.answer, how, age=found.age)
        try:
            fresh = self._fetch(rules, method, path)
        except Unreachable as why:
            return _page(502, str(why))
        error, custom = fresh.status >= 400, self._custom(fresh.status)
        seconds = rules.seconds_of_error(fresh, custom) if error else rules.seconds(fresh)
        if custom and (page := self._error_page(custom)):
            fresh = page
        if zipped:
            fresh = _compressed(fresh)
        whole = method == "GET" or (method == "HEAD" and fresh.body)
        if whole and seconds > 0 and (error or fresh.status in (200, 301, 302, 307)):
            self.distribution.cache.put(key, fresh, seconds, error=error)
        return self._respond(fresh, "Error" if error else "Miss")

    def _rules(self, path: str) -> Rules:
        found = next(
            each
            for each in behaviours(self.distribution.config)
            if "PathPattern" not in each or _pattern(each["PathPattern"]).fullmatch(path)
        )
        return Rules(found, kept(self.distribution.account))

    def _fetch(self, rules: Rules, method: str, path: str) -> Answer:
        target = rules.behaviour["TargetOriginId"]
        origin = next(each for each in items(self.distribution.config, "Origins") if each["Id"] == target)
        if "S3OriginConfig" in origin:
            if method not in READING:
                raise Unreachable(f"{method} to a bucket through a distribution is not emulated")
            signed = self._signs(origin["OriginAccessControlId"])
            return from_bucket(origin, path, self.distribution.arn, signed=signed)
        query = self.request.query_string.decode()
        if not rules.to_origin.queries:
            query = picked(query, rules.queries)
        body = self.request.get_data() if method not in READING else None
        return from_server(origin, method, f"{path}?{query}" if query else path, self._headers(rules), body)

    def _signs(self, control: str) -> bool:
        found = kept(self.distribution.account).access_controls.get(control)
        return found is not None and found.config["SigningBehavior"] != "never"

    def _headers(self, rules: Rules) -> dict[str, str]:
        """What an origin gets: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html"""
        policy = rules.to_origin
        found = {"User-Agent": "Amazon CloudFront", "Via": f"1.1 {self.distribution.domain_name} (CloudFront)"}
        found |= {"X-Amz-Cf-Id": _cf_id(), "X-Forwarded-For": self.request.remote_addr or "127.0.0.1"}
        for name, value in self.request.headers.items():
            lower = name.lower()
            all_of_them = policy.all_but is not None and lower not in policy.all_but
            if lower in ALWAYS | policy.headers or all_of_them or lower in rules.headers:
                found[name.title()] = value
        for name in ("Cookie", "Content-Length", "Connection"):
            found.pop(name, None)
        cookies = {
            name: value for name, value in self.request.cookies.items() if policy.cookies or name in rules.cookies
        }
        return found | ({"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {})

    def _custom(self, status: int) -> dict[str, Any] | None:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html"""
        configured = items(self.distribution.config, "CustomErrorResponses")
        return next((each for each in configured if each["ErrorCode"] == status), None)

    def _error_page(self, custom: dict[str, Any]) -> Answer | None:
        path = custom.get("ResponsePagePath")
        if not path:
            return None
        try:
            found = self._fetch(self._rules(path), "GET", path)
        except Unreachable:
            return None
        return found._replace(status=int(custom["ResponseCode"])) if found.status == 200 else None

    def _respond(self, answer: Answer, how: str, age: int | None = None) -> Response:
        headers = answer.headers | _own_headers(f"{how} from cloudfront", self.distribution.domain_name)
        if age is not None:
            headers["age"] = str(age)
        response = Response(answer.body, answer.status, headers=headers)
        if answer.status == 200 and self.request.method in READING and answer.body:
            try:
                response.make_conditional(self.request.environ, accept_ranges=True, complete_length=len(answer.body))
            except RequestedRangeNotSatisfiable:
                return _page(416, "The requested range cannot be satisfied.")
        return response


@lru_cache
def _pattern(text: str) -> re.Pattern[str]:
    """Of a path, whose first slash may be left out: ``*`` stands for any text, ``?`` for one character."""
    first, *others = [re.escape(part).replace(r"\?", ".") for part in text.removeprefix("/").split("*")]
    return between_asterisks(["/?" + first, *others])


def _compressed(answer: Answer) -> Answer:
    media = answer.headers.get("content-type", "").partition(";")[0].strip()
    if "content-encoding" in answer.headers or not COMPRESSED.fullmatch(media):
        return answer
    if len(answer.body) not in COMPRESSED_SIZES:
        return answer
    body = gzip.compress(answer.body, mtime=0)
    headers = {**answer.headers, "content-encoding": "gzip", "content-length": str(len(body))}
    headers["vary"] = "Accept-Encoding"
    if "etag" in headers and not headers["etag"].startswith("W/"):
        headers["etag"] = f"W/{headers['etag']}"
    return Answer(answer.status, headers, body)


def _page(status: int, text: str) -> Response:
    title = "ERROR: The request could not be satisfied"
    shown = f"<h1>{status} {HTTPStatus(status).phrase}</h1>\n<h2>The request could not be satisfied.</h2>"
    body = (
        f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n{shown}\n<hr>\n<p>{escape(text)}</p>\n"
    )
    headers = {"content-type": "text/html; charset=utf-8", **_own_headers("Error from cloudfront", "cloudfront")}
    return Response(f"{body}</body>\n</html>\n", status, headers=headers)


def _own_headers(cache: str, via: str) -> dict[str, str]:
    return {"x-cache": cache, "via": f"1.1 {via} (CloudFront)", "x-amz-cf-pop": "LOCAL1-P1", "x-amz-cf-id": _cf_id()}


def _cf_id() -> str:
    return uuid.uuid4().hex
