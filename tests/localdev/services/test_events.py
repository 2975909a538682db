"""EventBridge: which events fire which rules, and what their targets get."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.queues import Queue

pytestmark = pytest.mark.emulator
PATTERNS = pytest.mark.feature("EventBridge", "patterns of rules")
TARGETS = pytest.mark.feature("EventBridge", "targets: queues and functions, with inputs and input transformers")
EVENT = {
    "id": "1",
    "source": "my.shop",
    "detail-type": "Ordered",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:a", "arn:b"],
    "detail": {"file": "a*b.png", "count": 5, "ip": "10.0.0.4", "none": None, "parts": [{"kind": "x"}, {"kind": "y"}]},
}


class TestPatterns:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"""

    @PATTERNS
    def test_which_events_match(self, client: Callable[..., Any]) -> None:
        cases = {
            True: [
                {"source": ["other", "my.shop"], "detail-type": [{"equals-ignore-case": "ORDERED"}]},
                {"source": [{"prefix": "my."}], "resources": ["arn:b"]},
                {"detail": {"file": [{"suffix": ".png"}], "count": [{"numeric": [">", 4, "<=", 5]}]}},
                {"detail": {"file": [{"anything-but": ["b"]}], "none": [None]}},
                {"detail": {"file": [{"anything-but": {"prefix": "b"}}]}},
                {"detail": {"nothing": [{"exists": False}], "count": [{"exists": True}]}},
                {"detail": {"ip": [{"cidr": "10.0.0.0/24"}], "parts": {"kind": ["y"]}}},
                {"$or": [{"source": ["other"]}, {"detail": {"count": [5]}}]},
                {"detail": {"file": [{"wildcard": "*.png"}]}},
                {"detail": {"file": [{"wildcard": r"a\*b.png*"}]}},  # and nothing at the end
            ],
            False: [
                {"source": ["my.shop"], "detail": {"count": [6]}},
                {"detail": {"count": ["5"]}},
                {"detail": {"count": [{"numeric": ["<", 5]}]}},
                {"detail": {"file": [{"anything-but": ["b", "a*b.png"]}]}},
                {"detail": {"count": [{"exists": False}]}},
                {"detail": {"nothing": [None]}},
                {"detail": {"ip": [{"cidr": "10.0.1.0/24"}]}},
                {"detail": {"file": [{"wildcard": r"*\*.png"}]}},
                {"$or": [{"source": ["other"]}, {"detail": {"count": [6]}}]},
            ],
        }
        for want, patterns in cases.items():
            for pattern in patterns:
                asked = client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))
                assert asked["Result"] is want, pattern

    @PATTERNS
    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("no JSON", "not valid JSON"),
            ('{"source": "a"}', '"source" must be an object or an array'),
            ('{"source": []}', "Empty arrays are not allowed"),
            ('{"source": [{"like": "a"}]}', "Unrecognized match type like"),
        ],
    )
    def test_rules_that_are_refused(self, client: Callable[..., Any], pattern: str, why: str) -> None:
        with pytest.raises(ClientError, match=f"InvalidEventPatternException.*Event pattern is not valid.*{why}"):
            client("events").put_rule(Name="refused", EventPattern=pattern)


@pytest.fixture(scope="module")
def bus(client: Callable[..., Any]) -> Iterator[str]:
    client("events").create_event_bus(Name="shop")
    yield "shop"
    for rule in client("events").list_rules(EventBusName="shop")["Rules"]:
        where = {"Rule": rule["Name"], "EventBusName": "shop"}
        ids = [each["Id"] for each in client("events").list_targets_by_rule(**where)["Targets"]]
        client("events").remove_targets(**where, Ids=ids)
        client("events").delete_rule(Name=rule["Name"], EventBusName="shop")
    client("events").delete_event_bus(Name="shop")


@pytest.fixture(scope="module")
def route(client: Callable[..., Any], bus: str) -> Callable[..., None]:
    def route(name: str, *targets: dict[str, Any], **pattern: Any) -> None:
        client("events").put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        numbered = [{"Id": str(number)} | each for number, each in enumerate(targets)]
        client("events").put_targets(Rule=name, EventBusName=bus, Targets=numbered)

    return route


class TestTargets:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""

    @TARGETS
    def test_what_queues_get(self, client: Any, route: Any, bus: str, inbox: Callable[..., Queue]) -> None:
        queue = inbox()
        paths = {"who": "$.detail.who", "source": "$.source"}
        said = '{"text": "<who> of <source>", "who": <who>, "rule": <aws.events.rule-name>}'
        inputs: list[dict[str, Any]] = [
            {},
            {"Input": '{"fixed": 1}'},
            {"InputPath": "$.detail"},
            {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": said}},
        ]
        route("inputs", *({"Arn": queue.arn} | each for each in inputs), source=["my.shop"], detail={"n": [1]})
        entries = [{"Source": "my.shop", "DetailType": "T", "EventBusName": bus, "Detail": json.dumps({"n": 2})}]
        entries.append(entries[0] | {"Detail": json.dumps({"n": 1, "who": "me"}), "Resources": ["arn:x"]})
        entries.append(entries[0] | {"Detail": "no JSON"})
        put = client("events").put_events(Entries=entries)
        assert (put["FailedEntryCount"], put["Entries"][2]["ErrorCode"]) == (1, "MalformedDetail")
        whole, *others = sorted(queue.next_events(4), key=lambda each: "source" not in each)
        assert (whole.pop("id"), len(whole.pop("time"))) == (put["Entries"][1]["EventId"], 20)
        assert whole == {
            "version": "0",
            "detail-type": "T",
            "source": "my.shop",
            "account": "000000000000",
            "region": "us-east-1",
            "resources": ["arn:x"],
            "detail": {"n": 1, "who": "me"},
        }
        transformed = {"text": "me of my.shop", "who": "me", "rule": "inputs"}
        assert sorted(others, key=str) == sorted([{"fixed": 1}, {"n": 1, "who": "me"}, transformed], key=str)

    @TARGETS
    def test_what_functions_get(
        self,
        client: Callable[..., Any],
        route: Any,
        bus: str,
        deploy: Callable[..., Any],
        inbox: Callable[..., Queue],
    ) -> None:
        """The function answers to a queue, by a destination."""
        queue, function = inbox(), deploy("def handler(event, context): return event['detail']")
        function.client.put_function_event_invoke_config(
            FunctionName=function.name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
        )
        arn = function.client.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
        route("calls", {"Arn": arn}, source=["my.calls"])
        entry = {"Source": "my.calls", "DetailType": "T", "EventBusName": bus, "Detail": '{"n": 7}'}
        client("events").put_events(Entries=[entry])
        [record] = queue.next_events(1)
        assert record["responsePayload"] == {"n": 7}
