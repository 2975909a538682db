"""What requests to DynamoDB need: of each table, by its name, or as a statement of PartiQL says.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext

from localdev.policies import Need

STATEMENTS = {"BatchExecuteStatement": "Statements", "ExecuteTransaction": "TransactStatements"}
RESTORES = frozenset({"RestoreTableFromBackup", "RestoreTableToPointInTime"})
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html, on the new table
RESTORING = ("UpdateItem", "PutItem", "GetItem", "DeleteItem", "Query", "Scan", "BatchWriteItem")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
PARTIQL = re.compile(
    r"""\W*(?:EXISTS\W+)?(?:(SELECT)\b.*?\bFROM|(INSERT)\s+INTO|(UPDATE)|(DELETE)\s+FROM)\s+"""
    r"""(?:"([^"]+)"|([\w-]+))(?:\.(?:"([^"]+)"|([\w-]+)))?""",
    re.IGNORECASE | re.DOTALL,
)


def needs(context: RequestContext) -> Iterator[Need]:
    """Nothing for what is about no table, or about one as a whole."""
    request: Any = context.service_request
    assert context.operation is not None
    name = context.operation.name
    if name == "ExecuteStatement":
        yield from _by_statement(context, request.get("Statement"))
    elif name in STATEMENTS:
        for each in request.get(STATEMENTS[name]) or []:
            yield from _by_statement(context, each.get("Statement"))
    elif name in RESTORES:
        from_ = request.get("BackupArn") or request.get("SourceTableArn") or request.get("SourceTableName")
        target = _arn(context, request.get("TargetTableName"))
        yield from (Need(f"dynamodb:{name}", each) for each in (_arn(context, from_), target))
        yield from (Need(f"dynamodb:{action}", target) for action in RESTORING)
    elif name in ("BatchGetItem", "BatchWriteItem"):
        for table, wanted in (request.get("RequestItems") or {}).items():
            yield Need(f"dynamodb:{name}", _arn(context, table), _leading(context, table, list(_batched(wanted))))
    elif name in ("TransactGetItems", "TransactWriteItems"):
        for item in request.get("TransactItems") or []:
            for what, of in item.items():
                action = "ConditionCheckItem" if what == "ConditionCheck" else f"{what}Item"
                yield _on(context, action, of, [of.get("Key") or of.get("Item")])
    elif index := request.get("IndexName"):
        yield Need(f"dynamodb:{name}", f"{_arn(context, request.get('TableName'))}/index/{index}")
    elif item := request.get("Key") or request.get("Item"):
        yield _on(context, name, request, [item])
    elif name == "Query":
        yield _on(context, name, request, _queried(context, request))


def _by_statement(context: RequestContext, statement: str | None) -> Iterator[Need]:
    """What is no PartiQL DynamoDB refuses itself, if the caller may read all tables."""
    found = PARTIQL.match(statement or "")
    if found is None:
        yield Need("dynamodb:PartiQLSelect", "*")
        return
    verb = next(each for each in found.groups()[:4] if each).title()
    table, index = found[5] or found[6], found[7] or found[8]
    yield Need(f"dynamodb:PartiQL{verb}", _arn(context, table) + (f"/index/{index}" if index else ""))


def _on(context: RequestContext, action: str, request: Any, items: list[Any]) -> Need:
    table = request.get("TableName") or ""
    return Need(f"dynamodb:{action}", _arn(context, table), _leading(context, table, items))


def _arn(context: RequestContext, table: str | None) -> str:
    if table and table.startswith("arn:"):
        return table
    return f"arn:{context.partition}:dynamodb:{context.region}:{context.account_id}:table/{table or ''}"


def _batched(wanted: Any) -> Iterator[Any]:
    if isinstance(wanted, dict):
        yield from wanted.get("Keys") or []
    else:
        yield from (
            (each.get("PutRequest") or {}).get("Item") or (each.get("DeleteRequest") or {}).get("Key")
            for each in wanted
        )


def _partition_key(context: RequestContext, table: str) -> str | None:
    from moto.dynamodb.models import dynamodb_backends

    found = dynamodb_backends[context.account_id][context.region].tables.get(table.rpartition("/")[2])
    return str(found.hash_key_attr) if found else None


def _leading(context: RequestContext, table: str, items: list[Any]) -> dict[str, str | list[str]]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html

    Nothing if it is not known, so that no such condition holds. Items without a partition key DynamoDB refuses.
    """
    key = _partition_key(context, table)
    values = [next(iter(item[key].values())) for item in items if item and key in item]
    known = bool(values) and all(isinstance(value, str) for value in values)
    return {"dynamodb:leadingkeys": values} if known else {}


def _queried(context: RequestContext, request: Any) -> list[Any]:
    """The partition key of a query, as an item that has nothing else."""
    key = _partition_key(context, request.get("TableName") or "")
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    for name, value in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", request.get("KeyConditionExpression") or ""):
        if key and names.get(name, name) == key and value in values:
            return [{key: values[value]}]
    return []
