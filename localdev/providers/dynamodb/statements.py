"""ExecuteStatement and its like: each statement of PartiQL is answered by the operations that do the same.

Moto's reads most statements as something else than they say.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, ServiceException
from localstack.aws.forwarder import create_aws_request_context

from localdev.partiql import Conjunct, NoStatement, Path, Statement, joined, parse
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

    def __init__(self, context: RequestContext, answers: Answers, table: Callable[[RequestContext, str], Any]) -> None:
        self.context = context
        self.answers = answers
        self.table = lambda name: table(context, name)

    def execute(self, request: Any) -> Any:
        statement = read(request["Statement"], request.get("Parameters"))
        if statement.kind == "EXISTS":
            raise invalid("EXISTS is possible in ExecuteTransaction only")
        if statement.kind != "SELECT":
            return {"Items": self.write(statement)}
        items = self.select(statement)
        first = int(base64.b64decode(request["NextToken"])) if request.get("NextToken") else 0
        last = first + (request.get("Limit") or len(items))
        more = {"NextToken": base64.b64encode(str(last).encode()).decode()} if last < len(items) else {}
        return {"Items": items[first:last], **more}

    def execute_each(self, request: Any) -> Any:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html"""
        statements = [read(each["Statement"], each.get("Parameters")) for each in request["Statements"]]
        if len({each.kind in READS for each in statements}) > 1:
            raise invalid("A batch is either of SELECT statements or of others")
        return {"Responses": [self._one(each) for each in statements]}

    def _one(self, statement: Statement) -> Any:
        named = {"TableName": statement.table}
        try:
            if statement.kind == "SELECT":
                self.key(statement, NO_KEY_IN_BATCH)
                found = self.select(statement)
                return ({"Item": found[0]} if found else {}) | named
            self.write(statement)
        except ServiceException as error:
            code = getattr(error, "code", type(error).__name__)
            return {"Error": {"Code": CODES.get(code, code), "Message": str(error)}} | named
        return named

    def execute_together(self, request: Any) -> Any:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html"""
        asked = request["TransactStatements"]
        statements = [read(each["Statement"], each.get("Parameters")) for each in asked]
        if all(each.kind == "SELECT" for each in statements):
            gets = [{"Get": {"TableName": each.table, "Key": self.key(each)[0]}} for each in statements]
            found = self.ask("TransactGetItems", {"TransactItems": gets})["Responses"]
            return {
                "Responses": [
                    {"Item": chosen(each["Item"], statement.paths)} if each.get("Item") else {}
                    for each, statement in zip(found, statements, strict=True)
                ]
            }
        if any(each.kind == "SELECT" for each in statements):
            raise invalid("A transaction is either of SELECT statements or of others")
        token = {name: request[name] for name in ("ClientRequestToken",) if name in request}
        try:
            self.ask("TransactWriteItems", {"TransactItems": [self.part(each) for each in statements]} | token)
        except ServiceException as error:
            name_duplicates(error, statements)
            raise
        return {"Responses": [{} for _ in statements]}

    def select(self, statement: Statement) -> list[Any]:
        """All that there are. Moto scans in the order of the keys, so they are in the order of a query, too."""
        table = self.table(statement.table)
        schema = {each["KeyType"]: each["AttributeName"] for each in schema_of(table, statement.index)}
        partition = next((each for each in statement.where if each.key == schema["HASH"]), None)
        for name, _ in statement.order:
            if partition is None:
                raise invalid("Must have WHERE clause in the statement when using ORDER BY clause.")
            if name not in schema.values():
                raise invalid(f"Variable reference {name} in ORDER BY clause must be part of the primary key")
        scan = {"TableName": statement.table} | conditions("FilterExpression", statement, statement.where)
        if statement.index:
            scan["IndexName"] = statement.index
        items: list[Any] = []
        page: Any = {}
        while not page or "LastEvaluatedKey" in page:
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if page else {}
            page = self.ask("Scan", scan | start)
            items += page["Items"]
        if any(descending for name, descending in statement.order if name == schema.get("RANGE")):
            items.reverse()
        return [chosen(item, statement.paths) for item in items]

    def write(self, statement: Statement) -> list[Any]:
        ((kind, part),) = self.part(statement).items()
        returned = {"ReturnValues": statement.returned} if statement.returned else {}
        try:
            answer = self.ask(f"{kind}Item", part | returned)
        except ServiceException as error:
            if statement.kind == "INSERT" and getattr(error, "code", "") == "ConditionalCheckFailedException":
                raise CommonServiceException("DuplicateItemException", DUPLICATE) from None
            raise
        return [answer["Attributes"]] if answer.get("Attributes") else []

    def part(self, statement: Statement) -> dict[str, Any]:
        """As TransactWriteItems has it: ``{"Put": …}``."""
        table = self.table(statement.table)
        if statement.index:
            raise invalid("An index cannot be written to")
        if statement.kind == "INSERT":
            statement.names["#key"] = table.hash_key_attr
            new = conditions("ConditionExpression", statement, [Conjunct("attribute_not_exists(#key)")])
            return {"Put": {"TableName": statement.table, "Item": statement.item, **new}}
        key, others = self.key(statement)
        part = {"TableName": statement.table, "Key": key}
        if statement.kind == "DELETE":
            return {"Delete": part | conditions("ConditionExpression", statement, others)}
        statement.names["#key"] = table.hash_key_attr
        condition = conditions("ConditionExpression", statement, [Conjunct("attribute_exists(#key)"), *others])
        if statement.kind == "EXISTS":
            return {"ConditionCheck": part | condition}
        update = " ".join(f"{clause} {', '.join(texts)}" for clause, texts in statement.updates.items())
        return {"Update": part | condition | {"UpdateExpression": update}}

    def key(self, statement: Statement, missing: str = NO_KEY) -> tuple[dict[str, Any], list[Conjunct]]:
        """The key that the statement's condition names, and its other conditions."""
        table = self.table(statement.table)
        wanted = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        key = {each.key: each.value for each in statement.where if each.key and each.key in wanted}
        if len(key) < len(wanted):
            raise invalid(missing)
        return key, [each for each in statement.where if each.key not in wanted]

    def ask(self, operation: str, request: Any) -> Any:
        context = create_aws_request_context("dynamodb", operation, parameters=request, region=self.context.region)
        headers = copy.deepcopy(self.context.request.headers)
        headers.update(context.request.headers)
        context.request.headers = headers
        context.account_id, context.region = self.context.account_id, self.context.region
        return self.answers[operation](context, request)


def name_duplicates(error: ServiceException, statements: list[Statement]) -> None:
    """In a transaction that was cancelled: an INSERT fails for no other reason."""
    reasons = vars(error).get("CancellationReasons") or []
    for reason, statement in zip(reasons, statements, strict=False):
        if statement.kind == "INSERT" and reason.get("Code") == "ConditionalCheckFailed":
            reason |= {"Code": "DuplicateItem", "Message": DUPLICATE}
    if reasons:
        codes = ", ".join(reason.get("Code") or "None" for reason in reasons)
        error.message = f"{str(error).partition('[')[0]}[{codes}]"


def read(text: str, parameters: Any) -> Statement:
    """Raises CommonServiceException."""
    try:
        return parse(text, parameters)
    except NoStatement as error:
        raise invalid(str(error)) from None


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
