"""Taking over what stands under the name of a declared resource, and was not made by this tool.

Only our tags are put on it. What else differs is shown, and left to the next ``up``.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from deployer.errors import Foreign, SkiffError, UsageError
from deployer.plan import Action, Change, Plan, differ
from deployer.resource import STACK_TAG, kinds

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.resource import Resource


def adoptable(id: str, resources: dict[str, Resource]) -> Resource:
    """The declared resource of that id.

    Raises:
        UsageError: there is none, or nothing can be taken over for it.
    """
    if id not in resources:
        close = difflib.get_close_matches(id, [each.id for each in resources.values() if each.adoptable], n=1)
        hint = f"did you mean '{close[0]}'?" if close else "such as qr.bucket.images: 'status' prints the ids"
        raise UsageError(f"'{id}' is nothing in the configuration", hint)
    if not resources[id].adoptable:
        names = ", ".join(kind.kind for kind in kinds() if kind.adoptable)
        raise UsageError(f"a {resources[id].kind} cannot be taken over", f"of these kinds anything can: {names}")
    return resources[id]


def adoption(aws: Aws, plan: Plan, resource: Resource, up: str) -> Change:
    """What there is of a resource against what is configured.

    Args:
        up: how to call 'up' for the same stack.

    Raises:
        SkiffError: there is nothing to take over, or it is ours.
        Foreign: it belongs to another stack.
    """
    have, name, error = plan.have[resource.id], resource.physical, plan.foreign.get(resource.id)
    if have is None:
        raise SkiffError(f"{resource.id}: there is no '{name}'", f"'up' makes it: {up}")
    if error is None:
        raise SkiffError(f"{resource.id}: '{name}' is this stack's already", f"make it as configured: {up}")
    if not error.ids:
        raise error
    if name in resource.owned(aws):  # of keys there can be two, and the older would take the place of the other
        text = f"{resource.id}: '{name}' leads to another one than this stack's own, which is there too"
        raise Foreign(text, "let it lead to that again, or delete it")
    differences = differ(have, plan.want(resource))
    action: Action = "replace" if differences.keys() & resource.fixed else "update"
    return Change(resource.id, action, type(resource), name, differences, resource)


def adopt(aws: Aws, change: Change) -> None:
    """Put the stack's tags on it, and nothing else.

    Raises:
        SkiffError: it is gone by now, or has been taken over by another stack.
        AwsError: AWS refused it.
    """
    assert change.resource is not None
    kind, name, tags = change.kind, change.name, change.resource.tags
    have = kind.observe(aws, name)  # people think before they say yes
    if have is None or STACK_TAG in have["Tags"]:
        raise SkiffError(f"{change.id}: '{name}' is another one by now", "run the same command again")
    kind.update(aws, name, have, {**have, "Tags": tags})

    def marked() -> bool:
        have = kind.observe(aws, name)
        return have is not None and tags.items() <= have["Tags"].items()

    aws.until(marked, "waiting until the tags can be read back", seconds=30)
