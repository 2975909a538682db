"""Distributions, and a server on this machine that they can have as an origin."""

from __future__ import annotations

import itertools
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_numbers = itertools.count()


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, a number that grows, and the status and headers that the query names."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        about = {"number": next(_numbers), "method": self.command, "path": self.path, "headers": headers, "body": sent}
        body = json.dumps(about | {"filling": "x" * int(query.get("size", ["0"])[0])}).encode()
        self.send_response(int(query.get("status", ["200"])[0]))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name in ("Cache-Control", "ETag"):
            if name.lower() in query:
                self.send_header(name, query[name.lower()][0])
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Not into the output of the tests."""


@pytest.fixture(scope="module")
def echo() -> Iterator[dict[str, Any]]:
    """An origin: ``{"Id": "echo", ...}``."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield custom("echo", "localhost", server.server_port, OriginPath="/base")
        server.shutdown()


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """One that nobody listens at, and that nobody else can have meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def custom(id: str, domain: str, port: int, **more: Any) -> dict[str, Any]:
    config = {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    return {"Id": id, "DomainName": domain, "CustomOriginConfig": config, **more}


def behaviour(target: str, policy: str | None = OPTIMIZED, **more: Any) -> dict[str, Any]:
    by_policy = {"CachePolicyId": policy} if policy else {}
    return {"TargetOriginId": target, "ViewerProtocolPolicy": "allow-all", **by_policy, **more}


def counted(*items: Any) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": list(items)}


@pytest.fixture(scope="session")
def cloudfront(client: Callable[..., Any]) -> Any:
    return client("cloudfront")


@pytest.fixture(scope="session")
def distribute(cloudfront: Any) -> Callable[..., dict[str, Any]]:
    """Makes a distribution of origins, whose default behaviour is of the first, and returns what AWS calls it."""

    def distribute(*origins: dict[str, Any], **more: Any) -> dict[str, Any]:
        reference = f"{os.getpid()}-{next(_numbers)}"
        default = more.pop("DefaultCacheBehavior", None) or behaviour(origins[0]["Id"])
        config = {"CallerReference": reference, "Origins": counted(*origins), "DefaultCacheBehavior": default}
        config |= {"Comment": "", "Enabled": True, **more}
        made: dict[str, Any] = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        return made

    return distribute


@pytest.fixture(scope="session")
def get(ask: Callable[..., Any]) -> Callable[..., Any]:
    """``get(distribution, "/path")`` asks it by path."""

    def get(distribution: dict[str, Any], path: str, method: str = "GET", *more: Any, **headers: str) -> Any:
        return ask(f"/_aws/cloudfront/{distribution['Id']}{path}", method, *more, **headers)

    return get
