"""DynamoDB: what moto's tables do otherwise than AWS's."""

# mypy: allow-untyped-calls
from __future__ import annotations

import copy
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from localstack.utils.patch import patch
from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamShard, Table


def apply() -> None:
    patch(DynamoDBBackend.get_schema)(get_schema)
    patch(DynamoDBBackend.tag_resource)(tag_resource)
    patch(DynamoDBBackend.update_item)(update_item)
    patch(DynamoDBBackend.update_table_global_indexes)(update_indexes)
    patch(StreamShard.add)(add_to_stream)
    patch(Table.set_stream_specification)(set_stream)
    patch(DynamoDBBackend.update_table_streams)(update_stream)
    type.__setattr__(Table, "__deepcopy__", snapshot)


def get_schema(original: Callable[..., Any], self: Any, table_name: str, index_name: str | None) -> Any:
    table = self.get_table(table_name)
    if index_name and index_name not in {index.name for index in table.all_indexes()}:
        raise MockValidationException(f"The table does not have the specified index: {index_name}")
    return original(self, table_name, index_name)


def tag_resource(original: Callable[..., None], self: Any, arn: str, tags: list[dict[str, str]]) -> None:
    """Moto keeps the former value of a tag, too, and takes tags for tables that are not there."""
    self.get_table(arn)
    self.untag_resource(arn, [tag["Key"] for tag in tags])
    original(self, arn, tags)


def update_item(
    original: Callable[..., Any], self: Any, table_name: str, key: dict[str, Any], *more: Any, **named: Any
) -> Any:
    """All or nothing: moto leaves behind what it did before an update failed, and tells twice of an item it made.

    The item is replaced, not changed, so that a snapshot keeps what it was.
    """
    table = self.get_table(table_name)
    keys = self.get_keys_value(table, key)
    before = table.get_item(*keys)
    told = len(table.stream_shard.items) if table.stream_shard else 0
    try:
        place(table, keys, copy.deepcopy(before))
        item = original(self, table_name, key, *more, **named)
    except Exception:
        place(table, keys, before)
        if table.stream_shard:
            del table.stream_shard.items[told:]
        raise
    if table.stream_shard and len(table.stream_shard.items) > told + 1:
        del table.stream_shard.items[told:-1]
        number = table.stream_shard.starting_sequence_number + told
        table.stream_shard.items[told].record["dynamodb"]["SequenceNumber"] = str(number)
    return item


def place(table: Any, keys: tuple[Any, Any], item: Any) -> None:
    items, key = (table.items[keys[0]], keys[1]) if table.range_key_attr else (table.items, keys[0])
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


def snapshot(self: Any, memo: object) -> Any:
    """What a transaction goes back to. Moto copies every attribute of every item, which takes seconds."""
    twin = copy.copy(self)
    twin.items = defaultdict(dict)
    for key, found in self.items.items():
        twin.items[key] = dict(found) if self.range_key_attr else found
    if self.stream_shard:
        twin.stream_shard = copy.copy(self.stream_shard)
        twin.stream_shard.table = twin
        twin.stream_shard.items = list(self.stream_shard.items)
    return twin


def update_indexes(original: Callable[..., None], self: Any, table: Any, updates: list[dict[str, Any]]) -> None:
    known = {index.name for index in table.global_indexes}
    for kind, update in (each for every in updates for each in every.items()):
        name = update["IndexName"]
        if kind == "Create" and name in known:
            raise MockValidationException(f"Attempting to create an index which already exists: {name}")
        if kind != "Create" and name not in known:
            raise ResourceNotFoundException(f"Requested resource not found: Index: {name} not found")
    original(self, table, updates)


def set_stream(original: Callable[..., None], self: Any, wanted: Any) -> None:
    """A disabled stream can still be described, with the view that it had."""
    original(self, wanted)
    if self.stream_specification["StreamEnabled"]:
        self.stream_shard.view_type = self.stream_specification["StreamViewType"]


def update_stream(original: Callable[..., None], self: Any, table: Any, wanted: Any) -> None:
    """Moto takes a table whose stream was disabled for one that has a stream."""
    if not table.stream_specification["StreamEnabled"]:
        table.latest_stream_label = None
    original(self, table, wanted)


def add_to_stream(original: Callable[..., None], self: Any, old: Any, new: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html

    A write that changes nothing is not told, nor one after the stream was disabled; images that there are not are
    left out.
    """
    if not self.table.stream_specification["StreamEnabled"] or (old and new and old.attrs == new.attrs):
        return
    original(self, old, new)
    record = self.items[-1].record
    record["eventVersion"] = "1.1"
    record["awsRegion"] = self.table.region_name
    record["dynamodb"]["ApproximateCreationDateTime"] = time.time() // 1
    for image in ("OldImage", "NewImage"):
        if not record["dynamodb"].get(image):
            record["dynamodb"].pop(image, None)
