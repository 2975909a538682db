from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localdev.conftest import DENSELY, zipped

SOURCE = "import os\ndef handler(event, context): return [os.environ['WORD'], context.function_version]\n"


def make(of: Any, memo: dict[str, Any]) -> None:
    lambda_ = of("lambda")
    about = {"Runtime": "python3.12", "Handler": "app.handler", "Role": f"arn:aws:iam::{of.number}:role/any"}
    about["Environment"] = {"Variables": {"WORD": "kept"}}
    lambda_.create_function(FunctionName="kept", Code={"ZipFile": zipped(SOURCE)}, Publish=True, **about)
    lambda_.get_waiter("function_active_v2").wait(FunctionName="kept", WaiterConfig=DENSELY)
    lambda_.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    lambda_.put_function_event_invoke_config(FunctionName="kept", MaximumRetryAttempts=0)
    lambda_.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=2)
    lambda_.tag_resource(Resource=of.arn("lambda", "function:kept"), Tags={"owner": "me"})
    for name in ("folder", "gone"):
        folder = memo["folder"] / name
        folder.mkdir()
        (folder / "app.py").write_text(SOURCE)
        code = {"S3Bucket": "hot-reload", "S3Key": str(folder)}
        lambda_.create_function(FunctionName=name, Code=code, **about)
        assert invoked(of, name) == ["kept", "$LATEST"]


def invoked(of: Any, name: str) -> Any:
    return json.load(of("lambda").invoke(FunctionName=name)["Payload"])


def look(of: Any, memo: dict[str, Any]) -> Any:
    lambda_ = of("lambda")
    function = lambda_.get_function(FunctionName="kept")
    del function["Code"]["Location"]  # a signed URL
    found = [
        function["Configuration"],
        lambda_.get_function_configuration(FunctionName="folder"),
        *lambda_.list_versions_by_function(FunctionName="kept")["Versions"],
    ]
    for each in found:
        del each["RevisionId"]  # setting it up anew counts as a change
    return [
        function,
        found,
        lambda_.list_aliases(FunctionName="kept"),
        lambda_.get_function_event_invoke_config(FunctionName="kept"),
        lambda_.get_function_concurrency(FunctionName="kept"),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    """A folder that is gone is told, and forgiven when the function gets its code again."""
    assert invoked(of, "kept") == ["kept", "$LATEST"]
    assert invoked(of, "kept:live") == ["kept", "1"]
    here, gone = memo["folder"] / "folder", memo["folder"] / "gone"
    (here / "app.py").write_text(SOURCE.replace("context.function_version", "'saved'"))
    assert invoked(of, "folder") == ["kept", "saved"]
    known = of("lambda").get_function_configuration(FunctionName="gone")
    assert (known["State"], known["LastUpdateStatus"]) == ("Failed", "Failed")
    assert f"there is no folder {gone} to load code from" in known["StateReason"]
    with pytest.raises(ClientError, match="is currently in the following state: Failed"):
        invoked(of, "gone")
    of("lambda").update_function_code(FunctionName="gone", S3Bucket="hot-reload", S3Key=str(here))
    of("lambda").get_waiter("function_updated_v2").wait(FunctionName="gone", WaiterConfig=DENSELY)
    assert invoked(of, "gone") == ["kept", "saved"]
