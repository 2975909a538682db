from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.resources.worlds import World, answer

CONFIG = """
functions:
  worker: {source: code}
api:
  routes: {GET /hello: worker}
"""
EDITED = """
functions:
  worker: {source: code}
api:
  stage: live
  routes: {GET /hello: worker}
"""


def _statement(world: World, name: str) -> Any:
    function, _, sid = name.partition("/")
    statements = json.loads(world.client("lambda").get_policy(FunctionName=function)["Policy"])["Statement"]
    return next(statement for statement in statements if statement["Sid"] == sid)


def _writer(property: str) -> Callable[[World, str, Any], None]:
    def write(world: World, name: str, value: Any) -> None:
        function, _, sid = name.partition("/")
        statement = {**_statement(world, name), property: value}
        condition = statement["Condition"] or {}
        sources = {"SourceArn": condition.get("ArnLike"), "SourceAccount": condition.get("StringEquals")}
        world.client("lambda").remove_permission(FunctionName=function, StatementId=sid)
        world.client("lambda").add_permission(
            FunctionName=function,
            StatementId=sid,
            Action=statement["Action"],
            Principal=statement["Principal"]["Service"],
            **{key: value[f"AWS:{key}"] for key, value in sources.items() if value},
        )

    return write


def LOOK(world: World, name: str) -> Any:
    return answer(lambda: _statement(world, name))


WRITE = {property: _writer(property) for property in ("Principal", "Action", "Condition")}
OTHER = {
    r"Principal\.Service changed": "events.amazonaws.com",
    r"Action changed": "lambda:GetFunction",
    r"Condition added": {"StringEquals": {"AWS:SourceAccount": "123456789012"}},
}
IMPOSSIBLE = {
    r"Action removed|Principal(\.Service)? removed": "a statement has it",
    r"Principal added": "there is one",
    r"Condition\.ArnLike(\.AWS:SourceArn)? removed|Condition\.ArnLike added": "it holds one thing",
}
FOREIGN = None  # belongs to its function, which has its own test


def test_a_statement_that_others_put_on_the_function_stays(world: World) -> None:
    aws, outcomes = world.up(CONFIG)
    function = next(each.change.name for each in outcomes if each.change.kind.kind == "function")
    client = aws.client("lambda")
    client.add_permission(
        FunctionName=function, StatementId="theirs", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    world.up(EDITED)
    assert '"theirs"' in client.get_policy(FunctionName=function)["Policy"]
