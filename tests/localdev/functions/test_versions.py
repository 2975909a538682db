"""What a version of a function costs that nobody calls yet.

What is asked of LocalStack's own classes runs in a process of its own, as in test_patches.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytestmark = pytest.mark.emulator
SETTINGS = {"Runtime": "python3.12", "Handler": "app.handler", "Role": "arn:aws:iam::000000000000:role/function"}

ONE_CLIENT_SIGNS_ALL = """
import boto3
from localdev.functions import versions
from localstack.services.lambda_.invocation.lambda_models import S3Code

make, made = boto3.Session.client, []
boto3.Session.client = lambda *given, **settings: made.append(given) or make(*given, **settings)
versions.apply()
urls = [
    S3Code("id", "000000000000", "bucket", key, version, "", 0).generate_presigned_url("http://localhost:4566")
    for key, version in (("one", None), ("other", "second"))
]
assert "/bucket/one?" in urls[0] and "/bucket/other?versionId=second&" in urls[1], urls
assert len(made) == 1
"""

AN_ENVIRONMENT_WAITS_FOR_ITS_CODE = """
import threading
from types import SimpleNamespace
from localdev.functions.executor import ProcessExecutor

class Unpacked(Exception):
    pass

class Code:
    begun, finish = threading.Event(), threading.Event()
    def prepare_for_execution(self):
        self.begun.set()
        assert self.finish.wait(60)
        raise Unpacked
    def is_hot_reloading(self):
        return False

code = Code()
version = SimpleNamespace(config=SimpleNamespace(code=code, layers=[], runtime="python3.12", logging_config={}))
ProcessExecutor.prepare_version(version)
assert code.begun.wait(60)
code.finish.set()
try:
    ProcessExecutor("id", version).start({})
except Unpacked:
    pass
else:
    raise AssertionError("it did not wait")
"""

NO_THREADS_FOR_A_ZIP = """
import io, threading
import boto3
from localdev.functions import versions

versions.apply()
client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
threads = set()
client.meta.events.register("before-call.s3.PutObject", lambda **_: threads.add(threading.current_thread()) or (
    type("Answer", (), {"status_code": 200, "headers": {}})(), {}
))
client.upload_fileobj(io.BytesIO(b"zip"), "bucket", "key")
assert threads == {threading.main_thread()}
"""

NO_PROGRAM_FOR_A_ZIP = """
import zipfile
from pathlib import Path
from localdev.functions import versions
from localstack.services.lambda_.invocation import lambda_models
from localstack.utils import archives

archives.run = lambda *given, **settings: ran.append(given)
ran, package = [], Path.home() / "package.zip"
with zipfile.ZipFile(package, "w") as archive:
    archive.writestr("app.py", "pass")
versions.apply()
lambda_models.unzip(str(package), str(package.parent))
assert ran == [] and package.with_name("app.py").read_text() == "pass"
"""

WHAT_ENDS_HOLDS_NOTHING_UP = """
import threading
from types import SimpleNamespace
from localdev.functions import versions
from localstack.services.lambda_.invocation.event_manager import LambdaEventManager

versions.apply()

def end(how):
    ending, finish, ended = threading.Event(), threading.Event(), []
    manager = LambdaEventManager(SimpleNamespace(function_version=SimpleNamespace(qualified_arn="arn")))
    manager.poller = SimpleNamespace(stop=lambda: (ending.set(), finish.wait(30), ended.append(manager)))
    manager.poller_thread = SimpleNamespace(join=lambda timeout: None, is_alive=lambda: False)
    getattr(manager, how)()
    assert ending.wait(30) and not ended, "it waited for the end"
    finish.set()

end("stop")
end("stop_for_update")
"""


@pytest.mark.parametrize(
    "script",
    [
        WHAT_ENDS_HOLDS_NOTHING_UP,
        ONE_CLIENT_SIGNS_ALL,
        AN_ENVIRONMENT_WAITS_FOR_ITS_CODE,
        NO_THREADS_FOR_A_ZIP,
        NO_PROGRAM_FOR_A_ZIP,
    ],
)
def test_a_version_costs_little(script: str, within_localstack: Callable[[str], None]) -> None:
    within_localstack(script)


def test_what_is_made_can_be_called_at_once(client: Callable[..., Any]) -> None:
    lambda_ = client("lambda")

    def make(number: int) -> list[str]:
        name, code = f"at-once-{os.getpid()}-{number}", zipped(("app.py", "def handler(event, context): pass"))
        lambda_.create_function(FunctionName=name, Code={"ZipFile": code}, Publish=True, **SETTINGS)
        made = lambda_.get_function_configuration(FunctionName=name)
        lambda_.update_function_code(FunctionName=name, ZipFile=code, Publish=True)
        updated = lambda_.get_function_configuration(FunctionName=name)
        return [made["State"], updated["State"], updated["LastUpdateStatus"]]

    with ThreadPoolExecutor(8) as many:
        assert list(many.map(make, range(24))) == [["Active", "Active", "Successful"]] * 24


def test_links_in_a_zip_stay_links(client: Callable[..., Any]) -> None:
    """As ``zip --symlinks`` writes them."""
    link = zipfile.ZipInfo("app.py")
    link.create_system, link.external_attr = 3, 0o120777 << 16  # Unix, a symbolic link
    code = zipped(("real.py", "def handler(event, context): return 'linked'"), (link, "real.py"))
    lambda_, name = client("lambda"), f"links-{os.getpid()}"
    lambda_.create_function(FunctionName=name, Code={"ZipFile": code}, **SETTINGS)
    assert lambda_.invoke(FunctionName=name)["Payload"].read() == b'"linked"'


def zipped(*files: tuple[str | zipfile.ZipInfo, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        for name, text in files:
            package.writestr(name, text)
    return archive.getvalue()
