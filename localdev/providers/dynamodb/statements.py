"""ExecuteStatement and its like: each statement of PartiQL is answered by the operations that do the same.

Moto's reads most statements as something else than they say.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import contextlib
import copy
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, ServiceException
from localstack.aws.forwarder import create_aws_request_context

from localdev.partiql.expressions import Conjunct, NoStatement, Path, joined
from localdev.partiql.statements import Statement, parse
from localdev.providers.dynamodb.checks import invalid

Answers = dict[str, Callable[[RequestContext, Any], Any]]
WORD = re.compile(r"[#:]\w+")
DUPLICATE = "Duplicate primary key exists in table"
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
NO_KEY_IN_BATCH = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
READS = frozenset({"SELECT", "EXISTS"})
# What a batch or a transaction calls the errors of its statements.
CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
}


class Statements:
    """The statements of one request. answers: those of all operations of DynamoDB, by name."""

    def __init__(
        self, context: RequestContext, request: Any, answers: Answers, table: Callable[[RequestContext, str], Any]
    ) -> None:
        self.context = context
        self.request = request
        self.counting = some(request, "ReturnConsumedCapacity")
        self.consumed: list[Any] = []
        self.answers = answers
        self.table = lambda name: table(context, name)

    def execute(self) -> Any:
        request = self.request
        statement = read(request)
        if statement.kind == "EXISTS":
            raise invalid("EXISTS is possible in ExecuteTransaction only")
        if statement.kind != "SELECT":
            return {"Items": self.write(statement, request)} | self.capacity(one=True)
        first = position(request)
        items = self.select(statement, request)
        last = first + (request.get("Limit") or len(items))
        more = {"NextToken": token(last, request)} if last < len(items) else {}
        return {"Items": items[first:last], **more} | self.capacity(one=True)

    def execute_each(self) -> Any:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html"""
        asked = self.request["Statements"]
        statements = [read(each) for each in asked]
        if len({each.kind in READS for each in statements}) > 1:
            raise invalid("A batch is either of SELECT statements or of others")
        answers = [self._one(*each) for each in zip(statements, asked, strict=True)]
        return {"Responses": answers} | self.capacity()

    def _one(self, statement: Statement, asked: Any) -> Any:
        named = {"TableName": statement.table}
        try:
            if statement.kind == "SELECT":
                self.key(statement, NO_KEY_IN_BATCH)
                found = self.select(statement, asked)
                return ({"Item": found[0]} if found else {}) | named
            self.write(statement, asked)
        except ServiceException as error:
            code = getattr(error, "code", type(error).__name__)
            return {"Error": {"Code": CODES.get(code, code), "Message": str(error)}} | named
        return named

    def execute_together(self) -> Any:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html"""
        asked = self.request["TransactStatements"]
        statements = [read(each) for each in asked]
        if all(each.kind == "SELECT" for each in statements):
            return {"Responses": self._get(statements)} | self.capacity()
        if any(each.kind == "SELECT" for each in statements):
            raise invalid("A transaction is either of SELECT statements or of others")
        once = some(self.request, "ClientRequestToken")
        parts = [self.part(*each) for each in zip(statements, asked, strict=True)]
        try:
            self.ask("TransactWriteItems", {"TransactItems": parts} | once | self.counting)
        except ServiceException as error:
            name_duplicates(error, statements)
            raise
        return {"Responses": [{} for _ in statements]} | self.capacity()

    def _get(self, statements: list[Statement]) -> list[Any]:
        """What each finds. A Get has no conditions, so those that are not about the key are asked about beside it."""
        if any(each.index for each in statements):
            raise invalid("An index cannot be read in a transaction")
        keys = [self.key(each) for each in statements]
        gets = [{"Get": {"TableName": each.table, "Key": key}} for each, (key, _) in zip(statements, keys, strict=True)]
        found = self.ask("TransactGetItems", {"TransactItems": gets} | self.counting)["Responses"]
        return [
            {"Item": chosen(answer["Item"], statement.paths)}
            if answer.get("Item") and (not others or self.scan(statement))
            else {}
            for answer, statement, (_, others) in zip(found, statements, keys, strict=True)
        ]

    def select(self, statement: Statement, asked: Any) -> list[Any]:
        """All that there are. Moto scans in the order of the keys, so they are in the order of a query, too."""
        table = self.table(statement.table)
        schema = {each["KeyType"]: each["AttributeName"] for each in schema_of(table, statement.index)}
        partition = next((each for each in statement.where if each.key == schema["HASH"]), None)
        for name, _ in statement.order:
            if partition is None:
                raise invalid("Must have WHERE clause in the statement when using ORDER BY clause.")
            if name not in schema.values():
                raise invalid(f"Variable reference {name} in ORDER BY clause must be part of the primary key")
        items = self.scan(statement, **some(asked, "ConsistentRead"), **self.counting)
        if any(descending for name, descending in statement.order if name == schema.get("RANGE")):
            items.reverse()
        return [chosen(item, statement.paths) for item in items]

    def scan(self, statement: Statement, **more: Any) -> list[Any]:
        scan = {"TableName": statement.table} | conditions("FilterExpression", statement, statement.where) | more
        if statement.index:
            scan["IndexName"] = statement.index
        items: list[Any] = []
        page: Any = {}
        while not page or "LastEvaluatedKey" in page:
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if page else {}
            page = self.ask("Scan", scan | start)
            items += page["Items"]
        return items

    def write(self, statement: Statement, asked: Any) -> list[Any]:
        ((kind, part),) = self.part(statement, asked).items()
        returned = {"ReturnValues": statement.returned} if statement.returned else {}
        try:
            answer = self.ask(f"{kind}Item", part | returned | self.counting)
        except ServiceException as error:
            if statement.kind == "INSERT" and getattr(error, "code", "") == "ConditionalCheckFailedException":
                raise CommonServiceException("DuplicateItemException", DUPLICATE) from None
            raise
        return [answer["Attributes"]] if answer.get("Attributes") else []

    def part(self, statement: Statement, asked: Any) -> dict[str, Any]:
        """As TransactWriteItems has it: ``{"Put": …}``."""
        table = self.table(statement.table)
        if statement.index:
            raise invalid("An index cannot be written to")
        statement.names["#key"] = table.hash_key_attr
        failing = some(asked, "ReturnValuesOnConditionCheckFailure")
        if statement.kind == "INSERT":
            new = conditions("ConditionExpression", statement, [Conjunct("attribute_not_exists(#key)")])
            return {"Put": {"TableName": statement.table, "Item": statement.item, **new, **failing}}
        key, others = self.key(statement)
        part = {"TableName": statement.table, "Key": key, **failing}
        if statement.kind == "DELETE":  # of what is not there: has done its work
            gone = [Conjunct(f"(attribute_not_exists(#key) OR {joined(others)})")] if others else []
            return {"Delete": part | conditions("ConditionExpression", statement, gone)}
        condition = conditions("ConditionExpression", statement, [Conjunct("attribute_exists(#key)"), *others])
        if statement.kind == "EXISTS":
            return {"ConditionCheck": part | condition}
        update = " ".join(f"{clause} {', '.join(texts)}" for clause, texts in statement.updates.items())
        return {"Update": part | condition | {"UpdateExpression": update}}

    def key(self, statement: Statement, missing: str = NO_KEY) -> tuple[dict[str, Any], list[Conjunct]]:
        """The key that the statement's condition names, and its other conditions."""
        table = self.table(statement.table)
        wanted = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        of_key = [each for each in statement.where if each.key in wanted]
        key = {str(each.key): each.value for each in of_key}
        if len(key) < len(wanted):
            raise invalid(missing)
        if len(key) < len(of_key):
            raise invalid("Where clause contains more than one equality on a key attribute")
        return key, [each for each in statement.where if each.key not in wanted]

    def ask(self, operation: str, request: Any) -> Any:
        context = create_aws_request_context("dynamodb", operation, parameters=request, region=self.context.region)
        headers = copy.deepcopy(self.context.request.headers)
        headers.update(context.request.headers)
        context.request.headers = headers
        context.account_id, context.region = self.context.account_id, self.context.region
        answer = self.answers[operation](context, request)
        if "ReturnConsumedCapacity" in request:
            consumed = answer.get("ConsumedCapacity", [])
            self.consumed += consumed if isinstance(consumed, list) else [consumed]
        return answer

    def capacity(self, one: bool = False) -> dict[str, Any]:
        """What the operations say they consumed, by table. one: there is one table, which is not in a list."""
        tables: dict[str, Any] = {}
        for each in self.consumed:
            tables[each["TableName"]] = total(tables.get(each["TableName"], {}), each)
        found = list(tables.values())
        return {"ConsumedCapacity": found[0] if one else found} if found else {}


def name_duplicates(error: ServiceException, statements: list[Statement]) -> None:
    """In a transaction that was cancelled: an INSERT fails for no other reason."""
    reasons = vars(error).get("CancellationReasons") or []
    for reason, statement in zip(reasons, statements, strict=False):
        if statement.kind == "INSERT" and reason.get("Code") == "ConditionalCheckFailed":
            reason |= {"Code": "DuplicateItem", "Message": DUPLICATE}
    if reasons:
        codes = ", ".join(reason.get("Code") or "None" for reason in reasons)
        error.message = f"{str(error).partition('[')[0]}[{codes}]"


def read(asked: Any) -> Statement:
    """Raises CommonServiceException."""
    try:
        return parse(asked["Statement"], asked.get("Parameters"))
    except NoStatement as error:
        raise invalid(str(error)) from None


def some(request: Any, name: str) -> dict[str, Any]:
    """This one parameter, if it is given."""
    return {name: request[name]} if request.get(name) is not None else {}


def total(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Of two consumed capacities, at all levels."""
    found = first | second
    for name in first.keys() & second.keys():
        if isinstance(first[name], dict):
            found[name] = total(first[name], second[name])
        elif not isinstance(first[name], str):
            found[name] = first[name] + second[name]
    return found


def token(position: int, request: Any) -> str:
    """Where the next page of the same statement begins."""
    said = json.dumps([request["Statement"], request.get("Parameters")], default=repr)
    return base64.b64encode(f"{position} {hashlib.sha256(said.encode()).hexdigest()}".encode()).decode()


def position(request: Any) -> int:
    """Raises CommonServiceException for a token that is not one of this statement."""
    given = request.get("NextToken")
    if given is None:
        return 0
    with contextlib.suppress(ValueError):
        found = int(base64.b64decode(given).partition(b" ")[0])
        if token(found, request) == given:
            return found
    raise invalid("NextToken does not match request")


def conditions(name: str, statement: Statement, of: list[Conjunct]) -> dict[str, Any]:
    """An expression, and what is named in it or elsewhere in the statement."""
    found: dict[str, Any] = {name: joined(of)} if of else {}
    used = " ".join([found.get(name, ""), *(text for texts in statement.updates.values() for text in texts)])
    for kind, known in (
        ("ExpressionAttributeNames", statement.names),
        ("ExpressionAttributeValues", statement.values),
    ):
        needed = {mark: value for mark, value in known.items() if mark in WORD.findall(used)}
        found |= {kind: needed} if needed else {}
    return found


def schema_of(table: Any, index: str | None) -> list[dict[str, str]]:
    if index is None:
        return list(table.schema)
    found = [each for each in table.all_indexes() if each.name == index]
    if not found:
        raise invalid(f"The table does not have the specified index: {index}")
    return list(found[0].schema)


def chosen(item: Any, paths: list[Path]) -> Any:
    """Each of the paths by the last of its names; everything if there are none."""
    if not paths:
        return item
    found = {}
    for path in paths:
        value: Any = {"M": item}
        for step in path:
            inside = value.get("M", {}) if isinstance(step, str) else dict(enumerate(value.get("L", [])))
            value = inside.get(step)
            if value is None:
                break
        else:
            found[str(path[-1])] = value
    return found
