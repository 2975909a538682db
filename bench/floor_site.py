"""The site of the QR app for floor.py: what makes a bucket a website, its files, and what the pages need to know."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SITES = Path(__file__).parents[1] / "sites"
FOLDERS = (SITES / "shared", SITES / "qr")
WEBSITE = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"}}
SETTINGS = "settings.json"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def settings(apigateway: Any, api: str) -> dict[str, str]:
    """What settings.json says: where the API is, in an emulator."""
    return {"api": f"{apigateway.meta.endpoint_url}/_aws/execute-api/{api}/prod"}


def put(s3: Any, bucket: str, settings: dict[str, str]) -> None:
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=WEBSITE)
    for key, path in files().items():
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), **headers(path))
    s3.put_object(
        Bucket=bucket,
        Key=SETTINGS,
        Body=json.dumps(settings).encode(),
        ContentType="application/json",
        CacheControl="no-store",
    )


def facts(s3: Any, bucket: str, settings: dict[str, str]) -> Iterator[tuple[object, object]]:
    """What there is beside what ``put`` put there: pairs that are to be the same."""
    website = s3.get_bucket_website(Bucket=bucket)
    yield {name: website[name] for name in WEBSITE}, WEBSITE
    contents = s3.list_objects_v2(Bucket=bucket)["Contents"]
    yield {item["Key"] for item in contents}, {SETTINGS, *files()}
    for key, path in files().items():
        head = s3.head_object(Bucket=bucket, Key=key)
        yield {name: head[name] for name in headers(path)}, headers(path)
        yield head["ETag"].strip('"'), hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    found = s3.get_object(Bucket=bucket, Key=SETTINGS)
    yield (found["ContentType"], found["CacheControl"]), ("application/json", "no-store")
    yield json.loads(found["Body"].read()), settings


def files() -> dict[str, Path]:
    """Key to path."""
    return {path.name: path for folder in FOLDERS for path in sorted(folder.iterdir())}


def headers(path: Path) -> dict[str, str]:
    return {"ContentType": TYPES[path.suffix], "CacheControl": "no-cache"}
