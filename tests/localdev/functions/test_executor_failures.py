"""The Lambda contract where it goes wrong: init, errors, crashes and limits, through a real Lambda client.

Unless a test names another source: https://docs.aws.amazon.com/lambda/latest/dg/, pages
lambda-runtime-environment (LRE), configuration-envvars (ENV), gettingstarted-limits (LIM),
python-exceptions (EXC), python-context (CTX), python-logging (LOG), runtimes-api (API).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

Deploy = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def slow_to_begin(deploy: Deploy) -> Iterator[Future[Any]]:
    """The answer of a function whose init has to be given up, which the other tests need not wait for."""
    with ThreadPoolExecutor(1) as pool:
        function = deploy(FAILS_ONCE.format(failure="__import__('time').sleep(60)"))
        yield pool.submit(function.invoke)


HANGS = """
import os, subprocess, time
def handler(event, context):
    print("before")
    if event:
        subprocess.Popen(["sleep", "600"])
        time.sleep(60)
    return os.getpid()
"""


@pytest.fixture(scope="module", autouse=True)
def timed_out(deploy: Deploy, processes: Callable[[str], list[int]]) -> Iterator[Future[Any]]:
    """Of a function that hangs: answers before, then and afterwards, and the processes left.

    It has time enough to begin on a busy machine, and the other tests need not wait for that.
    """
    function = deploy(HANGS, Timeout=10)

    def hang() -> Any:
        before, answer = function.invoke(), function.invoke("hang")
        left = processes(f"AWS_LAMBDA_FUNCTION_NAME={function.name}\0")
        return before, answer, left, function.invoke()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(hang)


def has_ended(pid: int) -> bool:
    """With all its threads, so that its parent can know. What it mapped and mounted goes a while before that."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return len(threads) == 1 and state == "Z"


class TestInit:
    @pytest.mark.feature("Lambda", "modules that cannot be imported, lack the handler, or are no Python")
    def test_a_missing_dependency_fails_as_on_aws(self, deploy: Deploy) -> None:
        """EXC: the runtime's own error type reaches the caller, and the log says why."""
        answer = deploy("import click\ndef handler(event, context): pass").invoke()
        assert answer.error == "Unhandled"
        assert answer.payload["errorType"] == "Runtime.ImportModuleError"
        assert answer.payload["errorMessage"] == "Unable to import module 'app': No module named 'click'"
        assert "[ERROR] Runtime.ImportModuleError" in answer.log
        assert answer.report["Error Type"] == "Runtime.ImportModuleError"

    @pytest.mark.feature("Lambda", "modules that cannot be imported, lack the handler, or are no Python")
    @pytest.mark.parametrize(
        ("source", "kind"),
        [("def handle(event, context): pass", "Runtime.HandlerNotFound"), ("def", "Runtime.UserCodeSyntaxError")],
    )
    def test_the_other_ways_a_module_can_be_unusable(self, deploy: Deploy, source: str, kind: str) -> None:
        """EXC"""
        answer = deploy(source).invoke()
        assert (answer.error, answer.payload["errorType"]) == ("Unhandled", kind)

    @pytest.mark.feature("Lambda", "crashes: exits, signals; a fresh process afterwards")
    def test_an_exit_during_init_is_an_exit(self, deploy: Deploy) -> None:
        """LRE: like any crash of the runtime."""
        answer = deploy("import os; os._exit(7)").invoke()
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 7")

    def test_an_init_error_may_be_anything(self, deploy: Deploy) -> None:
        """API: the function itself may post it."""
        answer = deploy(
            "import http.client, os\n"
            "connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
            "connection.request('POST', '/2018-06-01/runtime/init/error', 'no JSON')"
        ).invoke()
        assert answer.error == "Unhandled"
        assert answer.payload == {"errorType": "Runtime.Unknown", "errorMessage": "no JSON"}

    @pytest.mark.feature("Lambda", "init failures, tried once more by the invocation")
    def test_a_failed_init_is_tried_once_more_by_the_invocation(self, deploy: Deploy) -> None:
        """LRE, "Failures during the Init phase"."""
        answer = deploy(FAILS_ONCE.format(failure="1 / 0")).invoke()
        assert (answer.error, answer.payload) == (None, "second try")
        assert "Phase: init\tStatus: error\tError Type: ZeroDivisionError" in answer.log

    @pytest.mark.feature("Lambda", "init failures, tried once more by the invocation")
    def test_a_second_init_has_the_functions_timeout(self, deploy: Deploy) -> None:
        """LRE"""
        answer = deploy(
            "import os, tempfile, time\n"
            "if os.path.exists(m := tempfile.gettempdir() + '/m'): time.sleep(60)\n"
            "open(m, 'w'); 1 / 0",
            Timeout=1,
        ).invoke()
        assert answer.payload["errorType"] == "Sandbox.Timedout"


FAILS_ONCE = """
import os, tempfile
marker = tempfile.gettempdir() + "/marker"
if not os.path.exists(marker):
    open(marker, "w").close()
    {failure}
def handler(event, context):
    return "second try"
"""


class TestErrors:
    @pytest.mark.feature("Lambda", "handler errors with type and stack trace")
    def test_an_exception_is_answered_with_its_type_and_trace(self, deploy: Deploy) -> None:
        """EXC; the environment survives."""
        function = deploy(
            "import os\ndef handler(event, context):\n    if event: raise ValueError('no')\n    return os.getpid()"
        )
        before = function.invoke().payload
        answer = function.invoke("fail")
        assert answer.error == "Unhandled"
        assert answer.payload["errorMessage"] == "no"
        assert answer.payload["errorType"] == "ValueError"
        assert answer.payload["requestId"] == answer.report["REPORT RequestId"]
        assert "raise ValueError('no')" in answer.payload["stackTrace"][0]
        assert "[ERROR] ValueError: no\nTraceback" in answer.log
        assert function.invoke().payload == before

    @pytest.mark.feature("Lambda", "handler errors with type and stack trace")
    def test_a_returned_error_is_a_success(self, deploy: Deploy) -> None:
        """API: what is posted to /response is a response, whatever it looks like."""
        answer = deploy("def handler(event, context): return {'errorType': 'X', 'errorMessage': 'y'}").invoke()
        assert (answer.error, answer.payload) == (None, {"errorType": "X", "errorMessage": "y"})

    @pytest.mark.feature("Lambda", "handler errors with type and stack trace")
    def test_what_json_cannot_say_is_a_marshal_error(self, deploy: Deploy) -> None:
        """EXC"""
        answer = deploy("def handler(event, context): return {1, 2}").invoke()
        assert (answer.error, answer.payload["errorType"]) == ("Unhandled", "Runtime.MarshalError")

    @pytest.mark.feature("Lambda", "timeouts; a fresh process afterwards")
    def test_a_timeout_kills_and_the_next_invocation_gets_a_fresh_process(self, timed_out: Future[Any]) -> None:
        """LRE, "Failures during the invoke phase"; the group goes, not the process alone."""
        before, answer, left, afterwards = timed_out.result()
        request_id = answer.report["REPORT RequestId"]
        assert answer.error == "Unhandled"
        assert answer.payload == {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {request_id} Error: Task timed out after 10.00 seconds",
        }
        assert re.search(
            rf"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {request_id} Task timed out after 10\.00 seconds$",
            answer.log,
            re.MULTILINE,
        )
        assert "before" in answer.log
        assert (answer.report["Duration"], answer.report["Status"]) == ("10000.00 ms", "timeout")
        assert left == []
        assert (before.error, afterwards.error) == (None, None)
        assert before.payload != afterwards.payload

    @pytest.mark.feature("Lambda", "crashes: exits, signals; a fresh process afterwards")
    @pytest.mark.parametrize(
        ("crash", "how"),
        [
            ("os._exit(3)", "Runtime exited with error: exit status 3"),
            ("os._exit(0)", "Runtime exited without providing a reason"),
            ("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
            ("sys.exit(1)", "Runtime exited with error: exit status 1"),
        ],
    )
    def test_a_crash_is_told_and_mended(self, deploy: Deploy, crash: str, how: str) -> None:
        """LRE; worded as in AWS's own aws-lambda-runtime-interface-emulator."""
        function = deploy(
            "import os, sys\n"
            "def handler(event, context):\n"
            "    print('before')\n"
            f"    if event: {crash}\n"
            "    return 'alive'"
        )
        answer = function.invoke("crash")
        request_id = answer.report["REPORT RequestId"]
        assert answer.error == "Unhandled"
        assert answer.payload == {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: {request_id} Error: {how}",
        }
        assert "before" in answer.log
        assert function.invoke().payload == "alive"

    @pytest.mark.feature("Lambda", "crashes: exits, signals; a fresh process afterwards")
    def test_an_exit_between_invocations_is_nobodys_error(self, deploy: Deploy, until: Any) -> None:
        """LRE: a new environment is made."""
        function = deploy(
            "import os, threading\n"
            "def handler(event, context):\n"
            "    if event: threading.Timer(0.2, os._exit, [1]).start()\n"
            "    return os.getpid()"
        )
        pid = function.invoke("exit").payload
        until(lambda: has_ended(pid))
        answer = function.invoke()
        assert answer.error is None
        assert answer.payload != pid


class TestLimits:
    @pytest.mark.feature(
        "Lambda",
        "memory limit for a function and all it starts",
        partly="looked at every 50 ms, at daemons every half second",
    )
    def test_memory_is_enforced(self, deploy: Deploy) -> None:
        """LIM: MemorySize; the error's type as in https://repost.aws/knowledge-center/lambda-troubleshoot-memory"""
        function = deploy("def handler(event, context):\n    return len(b'x' * (event << 20))", MemorySize=128)
        assert function.invoke(10).payload == 10 << 20
        answer = function.invoke(300)
        assert answer.payload["errorType"] == "Runtime.OutOfMemory"
        assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
        assert (answer.report["Memory Size"], answer.report["Max Memory Used"]) == ("128 MB", "128 MB")
        assert function.invoke(10).error is None

    @pytest.mark.feature("Lambda", "limits of requests and responses: 6 MB, 1 MB asynchronous")
    def test_a_response_may_have_six_megabytes(self, deploy: Deploy) -> None:
        """LIM: 6 MB synchronous."""
        function = deploy("def handler(event, context):\n    return 'x' * event")
        assert len(function.invoke(6 * 1024 * 1024 - 2).payload) == 6 * 1024 * 1024 - 2
        answer = function.invoke(6 * 1024 * 1024 + 100)
        assert answer.error == "Unhandled"
        assert answer.payload == {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        }
        assert "Http response code: 413" in answer.log
        assert function.invoke(1).payload == "x"

    @pytest.mark.feature("Lambda", "limits of requests and responses: 6 MB, 1 MB asynchronous")
    @pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6 * 1024 * 1024), ("Event", 1024 * 1024)])
    def test_a_request_has_limits_too(self, deploy: Deploy, kind: str, limit: int) -> None:
        """LIM: 6 MB synchronous, 1 MB asynchronous."""
        function = deploy("def handler(event, context): return len(event)")
        function.client.invoke(FunctionName=function.name, Payload=json.dumps("x" * (limit - 2)), InvocationType=kind)
        with pytest.raises(ClientError, match="RequestTooLargeException"):
            function.client.invoke(
                FunctionName=function.name, Payload=json.dumps("x" * (limit - 1)), InvocationType=kind
            )


class TestSlowInit:
    @pytest.mark.feature("Lambda", "init failures, tried once more by the invocation")
    def test_an_init_of_ten_seconds_is_given_up_and_tried_again(self, slow_to_begin: Future[Any]) -> None:
        """LRE: "The Init phase is limited to 10 seconds", then it runs under the function's timeout."""
        answer = slow_to_begin.result()
        assert (answer.error, answer.payload) == (None, "second try")
        assert re.search(r"INIT_REPORT Init Duration: \d{5,}\.\d\d ms\tPhase: init\tStatus: timeout", answer.log)
