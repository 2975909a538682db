"""What is declared, what is there, and what follows from the two. A plan is data; nothing here writes."""

from __future__ import annotations

import contextlib
import contextvars
import graphlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from deployer.app import App
from deployer.errors import ConfigError, Foreign, TimedOut
from deployer.refs import UNKNOWN, Ref, refs, resolve
from deployer.resource import ID_TAG, KEEP_TAG, STACK_TAG, Properties, Resource, kind_of, kinds

if TYPE_CHECKING:
    from deployer.aws import Aws

Action = Literal["create", "update", "replace", "delete"]
WORKERS = 16
_UNCHANGED = "nothing was changed; "
_TAGS_LAG = 0.5  # seconds, by which something may be there before its tags are


@dataclass(frozen=True)
class Change:
    """One thing to do.

    Attributes:
        name: the physical name.
        differences: property to what it is and what it shall be.
        resource: None for a deletion of something that is not declared any more.
    """

    id: str
    action: Action
    kind: type[Resource]
    name: str
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    resource: Resource | None = None

    @property
    def app(self) -> str:
        return self.id.partition(".")[0]


@dataclass
class Plan:
    """What is to be done, and all that was learnt on the way there.

    Attributes:
        resources: everything declared, by id.
        have: what AWS has of it, by id.
        changes: in an order in which they could be done one after the other.
        kept: physical names of what is not declared and stays all the same, by id.
        foreign: why there is no change of those whose names are taken by something that is not theirs, by id.
        careful: nothing that holds data may be deleted.
    """

    resources: dict[str, Resource]
    have: dict[str, Properties | None]
    changes: list[Change]
    kept: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, Foreign] = field(default_factory=dict)
    careful: bool = False

    def lookup(self, ref: Ref) -> Any:
        """The value of a ref as far as it is known."""
        target = self.resources[ref.id]
        have = self.have.get(ref.id)
        values = target.static() if have is None else target.outputs(have)
        return values.get(ref.attribute, UNKNOWN)

    def want(self, resource: Resource) -> Properties:
        return resolve(resource.desired(), self.lookup)  # type: ignore[no-any-return]

    def outputs(self) -> dict[str, dict[str, str]]:
        """App to ``section.name.attribute`` to value, of all that is there."""
        found: dict[str, dict[str, str]] = {}
        for id, resource in self.resources.items():
            have = self.have.get(id)
            if resource.section and have is not None and ours(resource, have):
                entry = resource.section if resource.single else f"{resource.section}.{resource.name}"
                values = {f"{entry}.{key}": value for key, value in resource.outputs(have).items()}
                found.setdefault(resource.app.name, {}).update(values)
        return found


def declare(apps: Iterable[App]) -> dict[str, Resource]:
    """Everything the apps ask for, by id, each after those that it waits for.

    Raises:
        ConfigError: something that AWS would refuse, two resources of one name, or a cycle.
    """
    resources: dict[str, Resource] = {}
    names: dict[tuple[str, str], Resource] = {}
    for app in apps:
        for kind in kinds():
            for resource in kind.declare(app):
                other = names.setdefault(_taken(kind, resource.physical), resource)
                if other is not resource:
                    text = f"{other.id} and {resource.id} would both be '{resource.physical}' in AWS"
                    raise ConfigError(text, "rename one of them", app.lines.file)
                resources[resource.id] = resource
    for resource in resources.values():
        resource.check()
    try:
        order = graphlib.TopologicalSorter(
            {id: sorted(waits_for(each)) for id, each in resources.items()}
        ).static_order()
        return {id: resources[id] for id in order}
    except graphlib.CycleError as cycle:
        file = next(iter(resources.values())).app.lines.file
        raise ConfigError(f"these wait for one another: {' -> '.join(cycle.args[1])}", file=file) from None


def waits_for(resource: Resource) -> frozenset[str]:
    """Ids that must exist before ``resource``: a ref to what follows from a name waits for nothing."""
    found = {ref.id for ref in refs(resource.desired()) if resource.app.static(ref) is None}
    return resource.after | found


def _taken(kind: type[Resource], physical: str) -> tuple[str, str]:
    """What only one resource can have."""
    return kind.namespace or kind.kind, physical


def look_ahead(snapshot: Aws) -> None:
    """Begin to list what carries the stack's mark, which needs no account; a plan from ``snapshot`` goes on with it."""
    pool = ThreadPoolExecutor(WORKERS, "ahead")
    for kind in kinds():
        pool.submit(contextvars.copy_context().run, kind.owned, snapshot)
    pool.shutdown(wait=False)


def make(aws: Aws, resources: dict[str, Resource], apps: frozenset[str] | None) -> Plan:
    """A plan that can be carried out: like :func:`look`.

    Raises:
        Foreign: names are taken by something that does not carry the stack's mark; says all of them.
    """
    plan = look(aws, resources, apps)
    _refuse(list(plan.foreign.values()))
    return plan


def _refuse(foreign: list[Foreign]) -> None:
    if foreign:
        hints = dict.fromkeys(error.hint.removeprefix(_UNCHANGED) for error in foreign)
        ids = tuple(id for error in foreign for id in error.ids)
        raise Foreign("; ".join(map(str, foreign)), _UNCHANGED + "; or ".join(hints), ids)


def look(aws: Aws, resources: dict[str, Resource], apps: frozenset[str] | None) -> Plan:
    """Observe everything at once and compare.

    Args:
        apps: those whose undeclared resources are to go; None for every app of the stack.

    Raises:
        AwsError, PackageError: see :mod:`deployer.errors`.
    """
    view = aws.snapshot()
    with ThreadPoolExecutor(WORKERS, "plan") as pool:

        def begin(work: Any, *arguments: Any) -> Future[Any]:
            return pool.submit(contextvars.copy_context().run, work, *arguments)

        try:
            owned = {kind: begin(kind.owned, view) for kind in kinds()}
            observed = {id: begin(each.observe, view, each.physical) for id, each in resources.items()}
            for future in [begin(each.prepare) for each in resources.values()]:
                future.result()
            plan = Plan(resources, {id: future.result() for id, future in observed.items()}, [])
            marked = {kind: future.result() for kind, future in owned.items()}
        except BaseException:
            aws.stopping.set()  # nobody waits for the others any more
            raise
    _wait_for_marks(aws.now(), plan)
    _compare_all(plan, resources.values())
    plan.changes += _deletions(plan, marked, apps)
    return plan


def renew(aws: Aws, plan: Plan, some: list[Resource]) -> Plan:
    """A plan for some resources of another plan; what that one knows of all others is taken for true.

    Raises:
        Foreign: names are taken by something that does not carry the stack's mark.
        AwsError, PackageError: see :mod:`deployer.errors`.
    """
    have = {each.id: each.observe(aws, each.physical) for each in some}
    for each in some:
        each.prepare()
    renewed = Plan(plan.resources, plan.have | have, [])
    _compare_all(renewed, some)
    _refuse(list(renewed.foreign.values()))
    return renewed


def _wait_for_marks(aws: Aws, plan: Plan) -> None:
    """Look again at what carries no mark: tags may lag behind what another run has just made."""
    unmarked = [id for id, have in plan.have.items() if have is not None and not _is_marked(plan.resources[id], have)]

    def marked() -> bool:
        for id in unmarked:
            plan.have[id] = plan.resources[id].observe(aws, plan.resources[id].physical)
        return all(_is_marked(plan.resources[id], have) for id in unmarked if (have := plan.have[id]))

    if unmarked:
        with contextlib.suppress(TimedOut):
            aws.until(marked, "", seconds=_TAGS_LAG)


def _is_marked(resource: Resource, have: Properties) -> bool:
    return not resource.tagged or STACK_TAG in have["Tags"]


def _compare_all(plan: Plan, some: Iterable[Resource]) -> None:
    for resource in some:
        try:
            change = _compare(plan, resource)
        except Foreign as error:
            plan.foreign[resource.id] = error
            continue
        if change:
            plan.changes.append(change)


def _compare(plan: Plan, resource: Resource) -> Change | None:
    have, want = plan.have[resource.id], plan.want(resource)
    kind, name = type(resource), resource.physical
    if have is None:
        differences = {key: (None, value) for key, value in want.items()}
        return Change(resource.id, "create", kind, name, differences, resource)
    if not ours(resource, have):
        text = f"{resource.id}: '{name}' exists already and"
        if owner := have["Tags"].get(STACK_TAG):
            hint = f"{_UNCHANGED}take it down there, or rename the resource or the project"
            raise Foreign(f"{text} belongs to the stack '{owner}'", hint)
        hint = f"{_UNCHANGED}rename the resource or the project"
        raise Foreign(f"{text} was not made by this tool", hint, (resource.id,) if kind.adoptable else ())
    if (other := have.get("Tags", {}).get(ID_TAG, resource.id)) != resource.id and kind_of(other) not in (None, kind):
        text = f"{resource.id}: '{name}' is {other}, which is another kind of thing"
        raise Foreign(text, f"{_UNCHANGED}take that out of the configuration and run 'up', then add this one")
    differences = differ(have, want)
    if not differences:
        return None
    action: Action = "replace" if differences.keys() & kind.fixed else "update"
    if action == "replace":
        plan.have[resource.id] = None  # what refers to it must not count on what it was
    return Change(resource.id, action, kind, name, differences, resource)


def ours(resource: Resource, have: Properties) -> bool:
    """Whether what AWS has under a resource's name carries the stack's mark."""
    return not resource.tagged or have["Tags"].get(STACK_TAG) == resource.stack.mark


def differ(have: Properties, want: Properties) -> dict[str, tuple[Any, Any]]:
    """Property to (have, want), for each stated property that differs. Tags of others are left alone."""
    shown = {**have, "Tags": {key: value for key, value in have.get("Tags", {}).items() if key in want.get("Tags", {})}}
    return {key: (shown.get(key), value) for key, value in want.items() if shown.get(key) != value}


def _deletions(
    plan: Plan, owned: dict[type[Resource], dict[str, dict[str, str]]], apps: frozenset[str] | None
) -> list[Change]:
    """Changes that delete what is ours and not declared, but for what is to be kept."""
    declared = {_taken(type(each), each.physical) for each in plan.resources.values()}
    gone: dict[tuple[str, str], Change] = {}
    for kind, tagged in owned.items():
        for name, tags in tagged.items():
            change = Change(tags.get(ID_TAG, name), "delete", kind, name)
            if _taken(kind, name) in declared or (apps is not None and change.app not in apps):
                continue
            if tags.get(KEEP_TAG) == "true":
                plan.kept[change.id] = name
            else:
                # One that lost its id is found by all kinds of its namespace: a bucket is guarded better than a site.
                gone.setdefault(_taken(kind, name), change)
    rank = {kind: index for index, kind in enumerate(deletion_order())}
    return sorted(gone.values(), key=lambda change: (change.app, rank[change.kind.kind], change.id))


def deletion_order() -> list[str]:
    """Kinds, each after those that must be deleted before it."""
    return list(graphlib.TopologicalSorter({kind.kind: kind.deleted_after for kind in kinds()}).static_order())
