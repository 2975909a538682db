"""dynamodbstreams, of the changes that moto's tables note down. LocalStack's own would download Kinesis."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import SERVICE_PLUGINS, Service
from moto.dynamodb.models import dynamodb_backends

from localdev.providers.dynamodb import lock_of
from localdev.providers.dynamodb.checks import invalid

PAGE = 1000  # records
NUMBER = re.compile(r"[0-9]{1,40}")
KINDS = ("AFTER_SEQUENCE_NUMBER", "LATEST", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")


def provide() -> Service:
    SERVICE_PLUGINS.require("dynamodb")
    return Service("dynamodbstreams", skeleton=Skeleton(load_service("dynamodbstreams"), Streams()))


class Streams:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html

    A stream has one shard, which is never closed. An iterator says all there is to know of it, and does not expire.
    """

    @handler("ListStreams", expand=False)
    def list_streams(self, context: RequestContext, request: Any) -> Any:
        name = request.get("TableName")
        tables = [table for table in tables_of(context) if table.stream_shard and name in (None, table.name)]
        return {"Streams": [identity(table) for table in tables]}

    @handler("DescribeStream", expand=False)
    def describe_stream(self, context: RequestContext, request: Any) -> Any:
        table = table_of(context, request["StreamArn"])
        enabled = table.stream_specification["StreamEnabled"]
        shards = [] if request.get("ExclusiveStartShardId") else [table.stream_shard.to_json()]
        more = {
            "StreamStatus": "ENABLED" if enabled else "DISABLED",
            "StreamViewType": table.stream_shard.view_type,
            "CreationRequestDateTime": table.stream_shard.created_on,
            "KeySchema": table.schema,
            "Shards": shards,
        }
        return {"StreamDescription": identity(table) | more}

    @handler("GetShardIterator", expand=False)
    def get_shard_iterator(self, context: RequestContext, request: Any) -> Any:
        shard = table_of(context, request["StreamArn"]).stream_shard
        if request["ShardId"] != shard.id:
            raise not_found(f"Shard: {request['ShardId']}")
        kind, given = request["ShardIteratorType"], request.get("SequenceNumber", "")
        if kind not in KINDS:
            allowed = f"failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(KINDS)}]"
            raise invalid(f"1 validation error detected: Value '{kind}' at 'shardIteratorType' {allowed}")
        start = shard.starting_sequence_number
        if kind == "LATEST":
            start += len(shard.items)
        elif kind != "TRIM_HORIZON":
            if not NUMBER.fullmatch(given):
                raise invalid("Invalid SequenceNumber")
            start = int(given) + (kind == "AFTER_SEQUENCE_NUMBER")
        return {"ShardIterator": f"{request['StreamArn']}|1|{start}"}

    @handler("GetRecords", expand=False)
    def get_records(self, context: RequestContext, request: Any) -> Any:
        try:
            arn, _, start = request["ShardIterator"].split("|")
            begin = int(start)
        except ValueError:
            raise invalid("Invalid ShardIterator") from None
        with lock_of(context.account_id):
            shard = table_of(context, arn).stream_shard
            records = shard.get(max(begin, shard.starting_sequence_number), request.get("Limit", PAGE))
        return {"Records": records, "NextShardIterator": f"{arn}|1|{begin + len(records)}"}


def tables_of(context: RequestContext) -> list[Any]:
    backend: Any = dynamodb_backends[context.account_id][context.region]
    return list(backend.tables.values())


def table_of(context: RequestContext, arn: str) -> Any:
    for table in tables_of(context):
        if table.stream_shard and identity(table)["StreamArn"] == arn:
            return table
    raise not_found(f"Stream: {arn}")


def identity(table: Any) -> dict[str, str]:
    label = table.latest_stream_label
    return {"StreamArn": f"{table.table_arn}/stream/{label}", "TableName": table.name, "StreamLabel": label}


def not_found(what: str) -> CommonServiceException:
    return CommonServiceException("ResourceNotFoundException", f"Requested resource not found: {what} not found")
