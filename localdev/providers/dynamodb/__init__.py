"""dynamodb, by moto, one request of an account after the other: moto's tables are not safe between threads."""

# mypy: allow-untyped-calls
from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.moto import call_moto, call_moto_with_request
from localstack.services.plugins import Service
from moto.dynamodb.models import dynamodb_backends

from localdev.providers import repeated
from localdev.providers.dynamodb import checks
from localdev.providers.dynamodb.checks import invalid
from localdev.providers.dynamodb.statements import Answers, Statements
from localdev.providers.moto import moto_service
from localdev.refusals import refusal

FIVE_YEARS = 5 * 365 * 24 * 3600
_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


def provide() -> Service:
    service = moto_service("dynamodb", Mended())
    table = service.skeleton.dispatch_table
    table.update({operation: in_turn(answer) for operation, answer in table.items()})
    for operation, execute in (
        ("ExecuteStatement", Statements.execute),
        ("BatchExecuteStatement", Statements.execute_each),
        ("ExecuteTransaction", Statements.execute_together),
    ):
        table[operation] = in_turn(by_statements(execute, table))
    return service


def by_statements(execute: Callable[[Statements], Any], table: Answers) -> Callable[..., Any]:
    return lambda context, request: execute(Statements(context, request, table, existing_table))


def lock_of(account: str) -> threading.RLock:
    """Whoever looks into moto's tables of an account holds it."""
    return _locks[account]


def in_turn(answer: Callable[..., Any]) -> Callable[..., Any]:
    def answer_alone(context: RequestContext, request: Any) -> Any:
        with lock_of(context.account_id):
            check(context, request)
            return answer(context, request)

    return answer_alone


def check(context: RequestContext, request: Any) -> None:
    for name, part in checks.parts(request):
        checks.check_expressions(part)
        checks.check_values(part)
        if "Key" in part:
            checks.check_key(part["Key"], existing_table(context, name))


class Mended:
    """The operations that moto answers otherwise than AWS."""

    @handler("UpdateTimeToLive", expand=False)
    def update_time_to_live(self, context: RequestContext, request: Any) -> Any:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""
        table = existing_table(context, request["TableName"])
        wanted = request["TimeToLiveSpecification"]
        enabled = table.ttl["TimeToLiveStatus"] == "ENABLED"
        if enabled == wanted["Enabled"]:
            raise invalid(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")
        if enabled and table.ttl["AttributeName"] != wanted["AttributeName"]:
            name = table.ttl["AttributeName"]
            raise invalid(f"TimeToLive is active on a different AttributeName: current AttributeName is {name}")
        table.ttl = (
            {"TimeToLiveStatus": "ENABLED", "AttributeName": wanted["AttributeName"]}
            if wanted["Enabled"]
            else {"TimeToLiveStatus": "DISABLED"}
        )
        return {"TimeToLiveSpecification": wanted}

    @handler("DescribeTimeToLive", expand=False)
    def describe_time_to_live(self, context: RequestContext, request: Any) -> Any:
        return {"TimeToLiveDescription": existing_table(context, request["TableName"]).ttl}

    @handler("RestoreTableToPointInTime", expand=False)
    def restore_table_to_point_in_time(self, context: RequestContext, request: Any) -> Any:
        """Moto restores what there is now, whatever it is asked for."""
        name = request.get("SourceTableName") or request["SourceTableArn"]
        table = existing_table(context, name)
        recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            message = f"Point in time recovery is not enabled for table '{table.name}'"
            raise CommonServiceException("PointInTimeRecoveryUnavailableException", message)
        if request.get("RestoreDateTime"):
            raise refusal("restores to a moment in the past are not emulated: set UseLatestRestorableTime")
        request["SourceTableName"] = table.name  # moto does not know it by its ARN
        return call_moto_with_request(context, request)

    @handler("DeleteItem", expand=False)
    def delete_item(self, context: RequestContext, request: Any) -> Any:
        """Moto answers with no attributes for an item that was not there."""
        answer: Any = call_moto(context)
        return {name: value for name, value in answer.items() if (name, value) != ("Attributes", {})}

    @handler("BatchWriteItem", expand=False)
    def batch_write_item(self, context: RequestContext, request: Any) -> Any:
        for name, writes in request["RequestItems"].items():
            schema = existing_table(context, name).table_key_attrs
            of_items = [each.get("PutRequest", {}).get("Item") or each["DeleteRequest"]["Key"] for each in writes]
            keys = [[item.get(attribute) for attribute in schema] for item in of_items]
            if any(key in keys[:before] for before, key in enumerate(keys)):
                raise invalid("Provided list of item keys contains duplicates")
        return call_moto(context)

    @handler("TransactWriteItems", expand=False)
    def transact_write_items(self, context: RequestContext, request: Any) -> Any:
        if "ClientRequestToken" not in request:
            return call_moto(context)
        # In moto's own, so that it goes with it.
        kept = vars(dynamodb_backends[context.account_id][context.region])
        done: repeated.Done = kept.setdefault("done_by_localdev", {})
        try:
            if repeated.done_before(done, request):
                return {}
        except repeated.Mismatch as error:
            raise CommonServiceException("IdempotentParameterMismatchException", str(error)) from None
        answer: Any = call_moto(context)
        repeated.remember(done, request)
        return answer


def existing_table(context: RequestContext, name: str) -> Any:
    backend: Any = dynamodb_backends[context.account_id][context.region]
    found = [table for table in backend.tables.values() if name in (table.name, table.table_arn)]
    if not found:
        message = f"Requested resource not found: Table: {name} not found"
        raise CommonServiceException("ResourceNotFoundException", message)
    return found[0]


def expire(at: float) -> int:
    """Deletes the items whose time to live ends at or before a time (Unix), and returns how many there were.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html: a number, in seconds, and
    not more than five years ago. AWS does so within days, and until then answers with them as with any other item.
    """
    count = 0
    for account, regions in list(dynamodb_backends.items()):
        with lock_of(account):
            tables = [table for backend in list(regions.values()) for table in backend.tables.values()]
            count += sum(expire_items(table, at) for table in tables)
    return count


def expire_items(table: Any, at: float) -> int:
    attribute = table.ttl.get("AttributeName")
    if attribute is None:
        return 0
    ended = [
        item
        for item in table.all_items()
        if (end := item.attrs.get(attribute)) and end.type == "N" and at - FIVE_YEARS <= float(end.value) <= at
    ]
    for item in ended:
        table.delete_item(item.hash_key, item.range_key)
        if table.stream_shard and table.stream_specification["StreamEnabled"]:
            by_service = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
            table.stream_shard.items[-1].record["userIdentity"] = by_service
    return len(ended)
