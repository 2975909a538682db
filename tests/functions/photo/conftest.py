"""Cold starts of the photo function, and a small S3 for the one question that it asks."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest

ORIGIN = "http://page.s3-website.eu-west-1.amazonaws.com"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIASECRETKEYID",
    "AWS_SECRET_ACCESS_KEY": "secret-access-key",
    "AWS_SESSION_TOKEN": "secret-session-token",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BUCKET_NAME": "photos",
    "ALLOWED_ORIGIN": ORIGIN,
}


@pytest.fixture
def start(load, monkeypatch):
    """start("app", region, **more environment) is the module after a cold start; None unsets a variable."""
    clients = []

    def start(name, region="eu-west-1", **more):
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the first credentials that it finds
        unset = dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"))
        regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        for variable, value in (unset | ENVIRONMENT | regions | more).items():
            if value is None:
                monkeypatch.delenv(variable, raising=False)
            else:
                monkeypatch.setenv(variable, value)
        module = load("photo", name)
        clients.append(getattr(module, "storage", module).s3)
        return module

    yield start
    for client in clients:
        client.close()


class S3(HTTPServer):
    """Answers with `statuses`, the last one for good, and keeps what it was asked: (method, path) each."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.statuses, self.asked = [404], []


class Answers(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.asked.append((self.command, self.path))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def s3():
    with S3() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
