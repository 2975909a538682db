"""IAM: names of roles, and AWS's 1,400 managed policies, which moto makes anew for each account that is used.

That takes a fifth of a second and 4.4 MB, and few accounts ever look at one.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any

from localstack.utils.patch import patch
from moto.iam.models import AWSManagedPolicy, IAMBackend

NAME = "managed_policies"
_naming = threading.Lock()


class WhenLookedAt:
    """The attribute of an account that has this name: by ARN, AWS's and its own."""

    def __init__(self, make: Callable[[Any], list[Any]]) -> None:
        self._make = make
        self._made: list[Any] | None = None

    def __get__(self, backend: Any, owner: type) -> dict[str, Any]:
        kept = vars(backend)
        if kept[NAME] is None:
            policies = [*self._of_aws(backend), *backend.aws_managed_policies]  # LocalStack's additions
            kept[NAME] = {policy.arn: policy for policy in policies}
        by_arn: dict[str, Any] = kept[NAME]
        return by_arn

    def __set__(self, backend: Any, value: dict[str, Any] | None) -> None:
        vars(backend)[NAME] = value

    def _of_aws(self, backend: Any) -> Iterator[AWSManagedPolicy]:
        """Each account counts for itself what they are attached to; their documents are the same."""
        if self._made is None:
            self._made = self._make(backend)
        for policy in self._made:
            own = copy.copy(policy)
            own.account_id, own.versions, own.tags = backend.account_id, list(policy.versions), {}
            yield own


def one_at_a_time(original: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Of two that are created at once under one name moto finds neither there, and makes both."""
    with _naming:
        return original(*given, **named)


def apply() -> None:
    patch(IAMBackend.create_role)(one_at_a_time)
    setattr(IAMBackend, NAME, WhenLookedAt(IAMBackend._init_aws_policies))
    patch(IAMBackend._init_aws_policies)(lambda original, self: [])
    patch(IAMBackend._init_managed_policies)(lambda original, self: None)
