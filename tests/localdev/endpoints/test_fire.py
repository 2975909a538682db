"""Rules and schedules that fire when told to."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localdev.emulator import Emulator

YEARLY = "cron(0 0 1 1 ? 2099)"
ROLE = "arn:aws:iam::000000000000:role/scheduler"
HEARD = "def handler(event, context): print('heard', event['detail-type'], *event['resources'])"


@pytest.fixture
def fire(emulator: Emulator) -> Callable[[str], list[dict[str, Any]]]:
    def fire(path: str) -> list[dict[str, Any]]:
        url = f"{emulator.endpoint_url}/_localdev/events/{path}"
        with urllib.request.urlopen(url, data=b"", timeout=60) as answer:
            targets: list[dict[str, Any]] = json.load(answer)["targets"]
            return targets

    return fire


@pytest.fixture(scope="module")
def queue(client: Callable[..., Any]) -> Iterator[tuple[str, Callable[[], list[Any]]]]:
    """The ARN of a queue, and what came in since the last time one asked."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="fired")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def received() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    yield arn, received
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def rule(client: Callable[..., Any]) -> Iterator[Callable[..., str]]:
    """Makes a rule with these targets and returns its ARN."""
    events, made = client("events"), {}

    def make(name: str, *targets: dict[str, Any], **said: str) -> str:
        arn: str = events.put_rule(Name=name, **({"ScheduleExpression": YEARLY} | said))["RuleArn"]
        made[name] = [f"target{number}" for number in range(len(targets))]
        if targets:
            events.put_targets(
                Rule=name, Targets=[{"Id": id_} | each for id_, each in zip(made[name], targets, strict=True)]
            )
        return arn

    yield make
    for name, targets in made.items():
        if targets:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)


@pytest.mark.feature("EventBridge", "scheduled rules, fired by `localdev fire`")
class TestRules:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-aws-events.html"""

    def test_the_event_is_awss(self, fire: Any, rule: Callable[..., str], queue: Any) -> None:
        arn = rule("nightly", {"Arn": queue[0]})
        assert fire("nightly/fire") == [{"arn": queue[0], "error": None}]
        [event] = queue[1]()
        assert (event.pop("time")[10], len(event.pop("id"))) == ("T", 36)
        assert event == {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "region": "us-east-1",
            "resources": [arn],
            "detail": {},
        }

    def test_each_target_gets_what_is_meant_for_it(self, fire: Any, rule: Callable[..., str], queue: Any) -> None:
        mapped = {"InputPathsMap": {"what": "$.detail-type"}, "InputTemplate": '{"said": "<what>"}'}
        inputs = [{"Input": '{"own": 1}'}, {"InputPath": "$.resources"}, {"InputTransformer": mapped}]
        arn = rule("inputs", *({"Arn": queue[0]} | each for each in inputs))
        fire("inputs/fire")
        got: list[Any] = []
        while len(got) < 3 and (more := queue[1]()):
            got += more
        assert sorted(got, key=str) == sorted([{"own": 1}, [arn], {"said": "Scheduled Event"}], key=str)

    def test_a_function_is_called(
        self,
        fire: Any,
        rule: Callable[..., str],
        client: Callable[..., Any],
        deploy: Callable[..., Any],
        until: Callable[..., Any],
    ) -> None:
        function = deploy(HEARD)
        target = client("lambda").get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
        arn, group = rule("calls", {"Arn": target}), f"/aws/lambda/{function.name}"
        fire("calls/fire")

        def said() -> str:
            if not client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
                return ""
            events = client("logs").filter_log_events(logGroupName=group)["events"]
            return "".join(event["message"] for event in events)

        until(lambda: f"heard Scheduled Event {arn}" in said(), seconds=60)

    def test_what_was_not_delivered_says_why(self, fire: Any, rule: Callable[..., str], queue: Any) -> None:
        nobody = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
        rule("half", {"Arn": nobody}, {"Arn": queue[0]})
        first, second = fire("half/fire")
        assert first["arn"] == nobody
        assert "Function not found" in first["error"]
        assert second["error"] is None
        assert len(queue[1]()) == 1

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("arn%3Aaws%3Aevents%3A%3A%3Arule%2Fnobody/fire", "no rule 'arn:aws:events:::rule/nobody' on the bus"),
            ("nobody/fire", "no rule 'nobody' on the bus 'default' in us-east-1"),
            ("off/fire?bus=other", "no rule 'off' on the bus 'other'"),
            ("off/fire?region=eu-west-1", "no rule 'off' on the bus 'default' in eu-west-1"),
            ("off/fire?account=111111111111", "no rule 'off'"),
            ("off/fire", "the rule 'off' is disabled"),
            ("matches/fire", "the rule 'matches' has no schedule"),
            ("nobody/fire?group=default", "no schedule 'nobody' in the group 'default'"),
        ],
    )
    def test_what_does_not_fire(self, fire: Any, rule: Callable[..., str], path: str, why: str) -> None:
        rule("off", State="DISABLED")
        rule("matches", ScheduleExpression="", EventPattern='{"source": ["me"]}')
        with pytest.raises(urllib.error.HTTPError) as refused:
            fire(path)
        with refused.value as answer:
            said = json.load(answer)
        assert why in said["error"]
        assert said["hint"]

    @pytest.mark.parametrize("kind", ["", "&group=default"])
    @pytest.mark.parametrize("where", ["account=abc", "region=nowhere"])
    def test_places_that_there_are_not(self, fire: Any, where: str, kind: str) -> None:
        with pytest.raises(urllib.error.HTTPError) as refused:
            fire(f"nobody/fire?{where}{kind}")
        with refused.value as answer:
            assert (answer.status, json.load(answer)["hint"]) == (
                400,
                "as in account=000000000000 and region=us-east-1",
            )

    def test_by_the_command(self, emulator: Emulator, rule: Callable[..., str], queue: Any) -> None:
        rule("commanded", {"Arn": queue[0]})
        done = run(emulator, "commanded", "--bus", "default")
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{queue[0]}: delivered\n", "")
        assert len(queue[1]()) == 1
        nobody = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
        rule("failing", {"Arn": nobody})
        failed = run(emulator, "failing")
        assert failed.returncode == 1
        assert failed.stdout.startswith(f"{nobody}: ")
        missing = run(emulator, "nobody")
        assert (missing.returncode, missing.stdout) == (1, "")
        assert missing.stderr.splitlines() == [
            "error: no rule 'nobody' on the bus 'default' in us-east-1",
            f"hint: run: aws --endpoint-url {emulator.endpoint_url} events list-rules",
        ]
        unnamed = run(emulator, "")
        assert (unnamed.returncode, unnamed.stdout) == (2, "")
        assert unnamed.stderr.startswith("error: Invalid value for RULE: a rule has a name\nhint: ")
        nowhere = run(emulator, "nobody", "--account", "abc")
        assert nowhere.returncode == 1
        assert "an account is a number of twelve digits\nhint: as in account=" in nowhere.stderr


def run(emulator: Emulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localdev", "fire", "--dir", str(emulator.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.feature(
    "EventBridge", "schedules of EventBridge Scheduler", partly="they fire at `localdev fire` alone; templated targets"
)
class TestSchedules:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""

    @pytest.fixture(autouse=True)
    def made(self, client: Callable[..., Any], queue: Any) -> Iterator[None]:
        scheduler = client("scheduler")
        said = '{"arn": "<aws.scheduler.schedule-arn>", "attempt": <aws.scheduler.attempt-number>}'
        targets = {
            "with-input": {"Arn": queue[0], "Input": said},
            "without": {"Arn": queue[0]},
            "universal": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": "{}"},
        }
        for name, target in targets.items():
            scheduler.create_schedule(
                Name=name,
                ScheduleExpression="rate(100 days)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target=target | {"RoleArn": ROLE},
            )
        yield
        for name in targets:
            scheduler.delete_schedule(Name=name)

    def test_its_target_gets_its_input(self, fire: Any, queue: Any) -> None:
        arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/with-input"
        assert fire("with-input/fire?group=default") == [{"arn": queue[0], "error": None}]
        assert queue[1]() == [{"arn": arn, "attempt": 1}]

    def test_without_input_it_gets_an_event(self, fire: Any, queue: Any) -> None:
        fire("without/fire?group=default")
        [event] = queue[1]()
        assert (event["source"], event["detail-type"]) == ("aws.scheduler", "Scheduled Event")

    def test_a_target_that_is_an_operation_is_refused(self, fire: Any) -> None:
        [target] = fire("universal/fire?group=default")
        assert target["error"]
