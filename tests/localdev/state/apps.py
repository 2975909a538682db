"""The three apps of this project, with something in each."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.conftest import deploy

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(100)


def ran(*arguments: str) -> str:
    ended = deploy(*arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def make(url: str, memo: dict[str, Any]) -> None:
    memo["outputs"] = outputs = json.loads(ran("up", "--json", "--endpoint-url", url))["outputs"]
    memo["code"] = generated(outputs)
    permission = allowed(outputs)
    with urlopen(Request(permission["url"], PHOTO, permission["headers"], method="PUT"), timeout=60):
        memo["photo"] = permission["key"]
    told = ran("invoke", "password.generator", "--data", '{"name": "kept"}', "--endpoint-url", url)
    memo["password"] = json.loads(told)["body"]["s3_key"]


def generated(outputs: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{outputs['qr']['api.url']}/generate", b'{"text": "kept"}', headers), timeout=60) as answer:
        return json.load(answer)["url"]


def allowed(outputs: Any) -> Any:
    asked = f"/presign?type=image/png&size={len(PHOTO)}"
    with urlopen(outputs["photo"]["api.url"] + asked, timeout=60) as answer:
        return json.load(answer)


def fetched(url: str) -> bytes:
    with urlopen(url, timeout=60) as answer:
        body: bytes = answer.read()
    return body


def use(url: str, memo: dict[str, Any], s3: Any) -> None:
    """Nothing is left to do, the data is there, and all addresses answer."""
    outputs = memo["outputs"]
    ran("plan", "--check", "--endpoint-url", url)
    assert fetched(memo["code"]).startswith(b"\x89PNG")
    photo = s3.get_object(Bucket=outputs["photo"]["buckets.photos.name"], Key=memo["photo"])
    assert photo["Body"].read() == PHOTO
    password = s3.get_object(Bucket=outputs["password"]["buckets.passwords.name"], Key=memo["password"])
    assert json.loads(password["Body"].read())["password"]
    assert fetched(generated(outputs)).startswith(b"\x89PNG")
    assert allowed(outputs)["key"] != memo["photo"]
    for app in outputs.values():
        assert b"<html" in fetched(app["site.local_url"])
    ran("invoke", "password.generator", "--data", "{}", "--endpoint-url", url)
