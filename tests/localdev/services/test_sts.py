"""Sessions that are asked for with policies of their own.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, "Errors"
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

ROLE = {"RoleArn": "arn:aws:iam::000000000000:role/any", "RoleSessionName": "any"}


@pytest.mark.feature("STS", "session policies that are none are refused")
@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("nonsense", "This policy contains invalid Json"),
        ("[]", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
        (json.dumps({"Statement": "text"}), "Syntax errors in policy."),
    ],
)
def test_a_session_policy_that_is_none(client: Callable[..., Any], policy: str, says: str) -> None:
    sts = client("sts")
    for call, arguments in ((sts.assume_role, ROLE), (sts.get_federation_token, {"Name": "any"})):
        with pytest.raises(sts.exceptions.MalformedPolicyDocumentException, match=says):
            call(**arguments, Policy=policy)
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert sts.assume_role(**ROLE, Policy=json.dumps({"Statement": allow}))
