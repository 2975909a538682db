"""Static websites: what a bucket's website endpoint answers, by the name of its host or by path.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html. LocalStack's own decodes no names, knows
no HEAD, leaves out most headers, and serves what is not public.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.http import Request
from rolo import Response
from rolo.request import get_raw_path

from localdev.services.s3 import access
from localdev.services.s3.error_page import Refused, page

METHODS = ("GET", "HEAD")
REPEATED = ("cache-control", "etag", "expires", "last-modified", "x-amz-version-id")  # in a 304
PASSED_ON = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "x-amz-meta-",
    "x-amz-version-id",
)


def serve_host(original: object, self: object, request: Request, bucket_name: str, **more: str) -> Response:
    """LocalStack's route: ``http://<bucket>.s3-website.<anything>/<key>``."""
    return serve(request, bucket_name, "")


def serve_path(request: Request, prefix: str) -> Response:
    """``<prefix><bucket>/<key>`` at the emulator's own address, which every machine resolves."""
    name = get_raw_path(request).removeprefix(prefix).partition("/")[0]
    return serve(request, unquote(name), f"{prefix}{name}")


def serve(request: Request, name: str, base: str) -> Response:
    """base: what comes before ``/<key>`` in the path of all the site's addresses."""
    answer = Visit(request, name, base).answer()
    if request.method == "HEAD":
        answer.response = []  # the length stays
    return answer


@dataclass
class Visit:
    """One request. The object's key is what follows ``base`` in its path, without the slash."""

    request: Request
    name: str
    base: str

    def answer(self) -> Response:
        if self.request.method not in METHODS:
            return page(Refused("MethodNotAllowed", Method=self.request.method, ResourceType="OBJECT"))
        self.bucket = access.find_bucket(self.name)
        if self.bucket is None:
            return page(Refused("NoSuchBucket", BucketName=self.name))
        self.website: Any = self.bucket.website_configuration
        if not self.website:
            return page(Refused("NoSuchWebsiteConfiguration", BucketName=self.name))
        path = get_raw_path(self.request).removeprefix(self.base)
        if everything := self.website.get("RedirectAllRequestsTo"):
            return self._redirect(301, everything, path or "/")
        if not path:
            return self._moved(302, f"{self.base}/")
        return self._of_key(unquote(path[1:]))

    def _of_key(self, key: str) -> Response:
        if rule := self._rule(key, None):
            return self._follow(rule, key)
        index = self.website["IndexDocument"]["Suffix"]
        wanted = f"{key}{index}" if not key or key.endswith("/") else key
        try:
            return self._object(wanted)
        except Refused as refused:
            folder = f"{key}/{index}"
            if refused.code == "NoSuchKey" and wanted == key and access.has(self.bucket, folder):
                return self._moved(302, f"{self.base}/{quote(key)}/")
            return self._failed(refused, wanted)

    def _failed(self, refused: Refused, key: str) -> Response:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html"""
        if rule := self._rule(key, refused.status):
            return self._follow(rule, key)
        document = self.website.get("ErrorDocument")
        if document is None or refused.status not in (403, 404):
            return page(refused)
        try:
            answer = self._object(document["Key"], conditional=False)
        except Refused as second:
            return page(refused, second)
        if answer.status_code == 200:
            answer.status_code = refused.status
        answer.headers |= {"x-amz-error-code": refused.code, "x-amz-error-message": refused.message}
        return answer

    def _object(self, key: str, *, conditional: bool = True) -> Response:
        """Raises Refused."""
        if not access.anyone_may(self.bucket, "s3:GetObject", key):
            raise Refused("AccessDenied")
        s3: Any = connect_to().s3
        object_ = {"Bucket": self.name, "Key": key}
        if not access.has(self.bucket, key):
            raise Refused("NoSuchKey", Key=key)
        conditions = self._conditions() if conditional else {}
        try:
            answer = (s3.head_object if self.request.method == "HEAD" else s3.get_object)(**object_, **conditions)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 304:
                headers = _headers(s3.head_object(**object_))
                return Response(b"", 304, headers={name: headers[name] for name in REPEATED if name in headers})
            said = error.response["Error"]
            raise Refused(said["Code"], (status, said["Message"])) from None
        if target := answer.get("WebsiteRedirectLocation"):
            return self._moved(301, f"{self.base}{target}" if target.startswith("/") else target)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return Response(answer.get("Body"), status, headers=_headers(answer))

    def _conditions(self) -> dict[str, Any]:
        """As arguments of GetObject. Dates that are none do not count."""
        given = {
            "IfMatch": self.request.headers.get("If-Match"),
            "IfNoneMatch": self.request.headers.get("If-None-Match"),
            "IfModifiedSince": self.request.if_modified_since,
            "IfUnmodifiedSince": self.request.if_unmodified_since,
            "Range": self.request.headers.get("Range"),
        }
        return {name: value for name, value in given.items() if value is not None}

    def _rule(self, key: str, status: int | None) -> Any:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html"""
        for rule in self.website.get("RoutingRules") or []:
            condition = rule.get("Condition") or {}
            code = condition.get("HttpErrorCodeReturnedEquals")
            if key.startswith(condition.get("KeyPrefixEquals", "")) and (not code or int(code) == status):
                return rule
        return None

    def _follow(self, rule: Any, key: str) -> Response:
        redirect = rule["Redirect"]
        prefix = (rule.get("Condition") or {}).get("KeyPrefixEquals", "")
        if "ReplaceKeyWith" in redirect:
            key = redirect["ReplaceKeyWith"]
        elif "ReplaceKeyPrefixWith" in redirect:
            key = redirect["ReplaceKeyPrefixWith"] + key.removeprefix(prefix)
        base = "" if "HostName" in redirect else self.base
        return self._redirect(int(redirect.get("HttpRedirectCode", 301)), redirect, f"{base}/{quote(key)}")

    def _redirect(self, status: int, target: Mapping[str, Any], path: str) -> Response:
        here = urlsplit(self.request.url)
        query = f"?{query}" if (query := self.request.query_string.decode()) else ""
        scheme, host = target.get("Protocol", here.scheme), target.get("HostName", here.netloc)
        return self._moved(status, f"{scheme}://{host}{path}{query}")

    def _moved(self, status: int, location: str) -> Response:
        return Response(b"", status, headers={"Location": location, "Content-Length": "0"})


def _headers(answer: Any) -> dict[str, str]:
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith(PASSED_ON)}
