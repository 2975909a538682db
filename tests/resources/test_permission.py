from __future__ import annotations

from deployer.aws import Aws
from tests.resources.worlds import World

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


def _other_api(aws: Aws, name: str) -> None:
    function, _, sid = name.partition("/")
    client = aws.client("lambda")
    client.remove_permission(FunctionName=function, StatementId=sid)
    client.add_permission(
        FunctionName=function,
        StatementId=sid,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=aws.stack.arn("execute-api", "other/*"),
    )


DRIFT = {"Condition": _other_api}
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
