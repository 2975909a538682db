"""'rollback' as a stranger runs it: a function whose code was changed, and that should be as before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusal import check_words, refused
from tests.conftest import Stack, StackMaker

CONFIG = """\
project: past
region: us-east-1
apps:
  shop:
    functions:
      till: {source: code, memory: 256}
"""
CODE = "def handler(event, context):\n    return {answer}\n"
TILL = "shop.till"


class Shop:
    def __init__(self, stack: Stack, awslambda: Any) -> None:
        self.stack, self.awslambda = stack, awslambda
        self.name = f"past-{stack.stage}-shop-till"

    def write(self, code: str) -> None:
        (self.stack.config.parent / "code" / "app.py").write_text(code)

    def up(self, answer: int) -> None:
        self.write(CODE.format(answer=answer))
        self.stack.json("up")

    def answer(self) -> Any:
        return self.stack.json("invoke", TILL)["answer"]

    def versions(self) -> list[str]:
        listed = self.awslambda.list_versions_by_function(FunctionName=self.name)["Versions"]
        return [each["Version"] for each in listed]


@pytest.fixture
def shop(stack: StackMaker, client: Callable[[str], Any], tmp_path: Path) -> Shop:
    (tmp_path / "code").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    return Shop(stack(tmp_path / "config.yaml"), client("lambda"))


def test_back_and_forth(shop: Shop) -> None:
    shop.up(1)
    shop.up(2)
    assert shop.answer() == 2
    said = shop.stack.json("rollback", TILL)
    assert (said["function"], said["version"]) == (TILL, 1)
    assert shop.answer() == 1
    configuration = shop.awslambda.get_function_configuration(FunctionName=shop.name)
    assert (configuration["CodeSha256"], configuration["MemorySize"]) == (said["sha256"], 256)
    done = shop.stack.run("rollback", TILL)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = [line for line in done.stdout.splitlines() if not line.startswith("  … ")]
    assert first.startswith(f"{TILL} runs version 2 again, published 20")
    assert "up" in second
    assert shop.answer() == 2
    shop.stack.json("rollback", TILL)
    shop.stack.json("up")
    assert shop.answer() == 2
    assert [change["id"] for change in shop.stack.json("plan")["changes"]] == []


def test_code_that_is_broken_is_no_hindrance(shop: Shop) -> None:
    shop.up(1)
    shop.up(2)
    shop.write("def handler(:")
    shop.stack.json("rollback", TILL)
    shop.up(1)
    assert shop.answer() == 1


def test_five_versions_stay_and_down_leaves_none(shop: Shop) -> None:
    for answer in range(7):
        shop.up(answer)
    assert shop.versions() == ["$LATEST", "3", "4", "5", "6", "7"]
    shop.stack.json("up")
    assert shop.versions() == ["$LATEST", "3", "4", "5", "6", "7"]
    shop.stack.json("down")
    with pytest.raises(shop.awslambda.exceptions.ResourceNotFoundException):
        shop.versions()


def test_what_cannot_be_rolled_back(shop: Shop) -> None:
    shop.write(CODE.format(answer=1))
    check_words(shop.stack.run("rollback", TILL), code=1, says="shop.till is not deployed", hint="run: .* up")
    shop.up(1)
    check_words(shop.stack.run("rollback", TILL), code=1, says="no other code of shop.till was published")
    shop.up(2)
    arn = shop.awslambda.get_function(FunctionName=shop.name)["Configuration"]["FunctionArn"]
    shop.awslambda.tag_resource(Resource=arn, Tags={"skiff:stack": "another/dev/us-east-1"})
    check_words(shop.stack.run("rollback", TILL), code=1, says="shop.till is not deployed")
    shop.awslambda.tag_resource(Resource=arn, Tags={"skiff:stack": f"past/{shop.stack.stage}/us-east-1"})
    assert shop.answer() == 2


def test_what_is_refused(project: Path) -> None:
    refused(project, "rollback", "qr.generatr", code=2, says="no function 'qr.generatr'", hint="did you mean")
    refused(project, "rollback", code=2, says="APP.FUNCTION", hint="--help")
