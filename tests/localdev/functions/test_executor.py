"""The Lambda contract, rule by rule, through a real Lambda client.

Unless a test names another source: https://docs.aws.amazon.com/lambda/latest/dg/, pages
lambda-runtime-environment (LRE), configuration-envvars (ENV), gettingstarted-limits (LIM),
python-exceptions (EXC), python-context (CTX), python-logging (LOG), runtimes-api (API).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator
from tests.localdev.functions.gate import Gate

pytestmark = pytest.mark.emulator

Deploy = Callable[..., Any]


class TestContext:
    @pytest.mark.feature("Lambda", "the context object")
    def test_the_context_knows_its_invocation(self, deploy: Deploy) -> None:
        """CTX"""
        function = deploy(
            "def handler(event, context):\n"
            "    return [context.get_remaining_time_in_millis(), context.aws_request_id,\n"
            "            context.invoked_function_arn, context.memory_limit_in_mb, context.function_name,\n"
            "            context.client_context.custom]",
            Timeout=70,
        )
        custom = base64.b64encode(json.dumps({"custom": {"key": "ä"}}).encode()).decode()
        answer = function.invoke(ClientContext=custom)
        remaining, request_id, arn, memory, name, context = answer.payload
        assert 10_000 < remaining <= 70_000
        assert request_id == answer.report["REPORT RequestId"]
        assert arn == f"arn:aws:lambda:us-east-1:000000000000:function:{function.name}"
        assert (memory, name, context) == ("256", function.name, {"key": "ä"})

    @pytest.mark.feature("Lambda", "deadlines and remaining time")
    def test_the_deadline_is_that_of_each_invocation(self, deploy: Deploy) -> None:
        """API: Lambda-Runtime-Deadline-Ms"""
        function = deploy(
            "import time\n"
            "def handler(event, context):\n"
            "    before = time.time() * 1000\n"
            "    remaining = context.get_remaining_time_in_millis()\n"
            "    after = time.time() * 1000\n"
            "    time.sleep(0.2)\n"
            "    return [before + remaining, after + remaining]"
        )
        # The deadline is between the two, whatever this process waits for meanwhile; all is cut to whole milliseconds.
        (first, _), (_, second) = function.invoke().payload, function.invoke().payload
        assert second >= first + 200 - 2

    @pytest.mark.feature("Lambda", "a trace id for each invocation")
    def test_a_trace_id_is_set(self, deploy: Deploy) -> None:
        """ENV: _X_AMZN_TRACE_ID"""
        answer = deploy("import os\ndef handler(event, context): return os.environ['_X_AMZN_TRACE_ID']").invoke()
        assert answer.payload.startswith("Root=1-")


class TestEnvironment:
    @pytest.mark.feature("Lambda", "environment variables, reserved ones included")
    def test_nothing_of_the_host_leaks_in(self, deploy: Deploy, emulator: Emulator) -> None:
        """ENV: everything is the user's or AWS's."""
        answer = deploy(
            "import os\ndef handler(event, context): return dict(os.environ)",
            Environment={"Variables": {"MINE": "1", "TZ": "CET"}},
        ).invoke()
        seen = answer.payload
        own = {name for name in seen if not name.startswith(("AWS_", "LAMBDA_"))}
        assert own <= {
            "MINE", "TZ", "PATH", "LANG", "LC_CTYPE", "PYTHONPATH", "HOME", "TMPDIR", "_HANDLER", "_X_AMZN_TRACE_ID"
        }  # fmt: skip
        assert "AWS_PROFILE" not in seen
        assert (seen["MINE"], seen["TZ"]) == ("1", "CET")
        assert seen["AWS_ACCESS_KEY_ID"] not in ("x", "test")
        assert Path(seen["LAMBDA_TASK_ROOT"], "app.py").exists()
        assert seen["AWS_ENDPOINT_URL"] == emulator.endpoint_url
        assert (seen["_HANDLER"], seen["AWS_REGION"], seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == (
            "app.handler", "us-east-1", "256"
        )  # fmt: skip
        assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"

    @pytest.mark.feature("Lambda", "environment variables, reserved ones included")
    def test_time_is_utc(self, deploy: Deploy) -> None:
        """ENV: TZ"""
        answer = deploy(
            "import os, time\ndef handler(event, context): return [os.environ['TZ'], time.timezone]"
        ).invoke()
        assert answer.payload == [":UTC", 0]

    @pytest.mark.feature("Lambda", "environment variables, reserved ones included")
    def test_home_is_the_users_to_set(self, deploy: Deploy) -> None:
        """ENV: it is not reserved."""
        source = "import os\ndef handler(event, context): return os.environ['HOME']"
        assert deploy(source, Environment={"Variables": {"HOME": "/home/mine"}}).invoke().payload == "/home/mine"

    @pytest.mark.feature("Lambda", "boto3 with the role's credentials")
    def test_boto3_is_there_with_the_roles_credentials(self, deploy: Deploy) -> None:
        """lambda-python: the runtime includes boto3. It reaches the emulator by AWS_ENDPOINT_URL alone."""
        answer = deploy(
            "import boto3\ndef handler(event, context): return boto3.client('sts').get_caller_identity()['Arn']",
            MemorySize=128,
        ).invoke()
        assert ":assumed-role/function/" in answer.payload

    @pytest.mark.feature("Lambda", "module search path")
    def test_the_package_comes_first_and_localstack_is_out_of_sight(self, deploy: Deploy) -> None:
        """python-package, "Dependency search path": task root, runtime, standard library."""
        answer = deploy(
            "import importlib.util, os, sys\n"
            "def handler(event, context):\n"
            "    hidden = [n for n in ('localstack', 'localdev', 'pip', 'yaml') if importlib.util.find_spec(n)]\n"
            "    return [sys.path[0] == os.getcwd() == os.environ['LAMBDA_TASK_ROOT'],\n"
            "            sys.path[1] == os.environ['LAMBDA_RUNTIME_DIR'], hidden]"
        ).invoke()
        assert answer.payload == [True, True, []]

    @pytest.mark.feature(
        "Lambda",
        "/tmp of each environment's own",
        partly="where Linux lets it mount, and the way to code in the machine's /tmp shows; elsewhere TMPDIR names it",
    )
    def test_tmp_is_private_and_outlives_the_invocation(self, deploy: Deploy, gate: Gate) -> None:
        """LRE: /tmp belongs to the environment."""
        source = (
            "import os, tempfile\n"
            "def handler(event, context):\n"
            "    path = tempfile.gettempdir() + '/file'\n"
            "    open(path, 'a').write('x')\n"
            "    if event: knock(open(path).read())\n"
            "    return open(path).read()"
        )
        function = deploy(gate.knock + source)
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(function.invoke, ["wait", "wait"])
            assert [gate.next(), gate.next()] == ["x", "x"]
            gate.open()
            assert [answer.payload for answer in answers] == ["x", "x"]
        assert function.invoke().payload == "xx"

    @pytest.mark.feature("Lambda", "events and results as UTF-8")
    def test_text_is_utf8_both_ways(self, deploy: Deploy) -> None:
        """lambda-python: LANG is en_US.UTF-8"""
        answer = deploy("def handler(event, context):\n    print('größe')\n    return event").invoke("💜")
        assert answer.payload == "💜"
        assert "\ngröße\n" in answer.log


class TestConcurrency:
    @pytest.mark.feature("Lambda", "concurrent invocations, warm environments used again")
    def test_each_invocation_at_a_time_has_its_own_environment(self, deploy: Deploy, gate: Gate) -> None:
        """LRE: one invocation per environment; idle ones are used again."""
        function = deploy(
            gate.knock + "import os\ndef handler(event, context):\n    if event: knock(event)\n    return os.getpid()"
        )
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(function.invoke, range(1, 9))
            assert {gate.next() for _ in range(8)} == {str(event) for event in range(1, 9)}
            gate.open()
            pids = {answer.payload for answer in answers}
        assert len(pids) == 8
        assert function.invoke().payload in pids

    @pytest.mark.feature("Lambda", "concurrent invocations, warm environments used again")
    def test_many_invocations_at_once_are_safe(self, deploy: Deploy) -> None:
        """LocalStack 4.13.1 lends one environment twice, or iterates a dict that changes (assignment.py)."""
        function = deploy("def handler(event, context): return event")
        with ThreadPoolExecutor(20) as pool:
            assert [answer.payload for answer in pool.map(function.invoke, range(200))] == list(range(200))


class TestLifecycle:
    @pytest.mark.feature("Lambda", "no process is left behind")
    def test_deleting_a_function_ends_its_processes(
        self, deploy: Deploy, processes: Callable[[str], list[int]], until: Any
    ) -> None:
        """LRE, "Shutdown phase"; neither orphans nor zombies."""
        function = deploy(
            "import os, subprocess\n"
            "def handler(event, context):\n"
            "    subprocess.Popen(['sleep', '600'])\n"
            "    return os.getpid()"
        )
        pid = function.invoke().payload
        mark = f"AWS_LAMBDA_FUNCTION_NAME={function.name}\0"
        assert len(processes(mark)) == 2
        function.client.delete_function(FunctionName=function.name)
        until(lambda: processes(mark) == [])
        until(lambda: not Path("/proc", str(pid)).exists())  # a zombie for a moment

    @pytest.mark.feature("Lambda", "updates replace environments")
    def test_updated_code_runs_next(self, deploy: Deploy) -> None:
        """configuration-function-zip: an update replaces the environments."""
        source = "def handler(event, context): return {}"
        function = deploy(source.format(1))
        assert function.invoke().payload == 1
        function.update(source.format(2))
        assert function.invoke().payload == 2
