"""What a kind of resource is: one subclass of :class:`Resource` in one file of ``deployer/resources/``.

A kind has a pure half (what the configuration asks for, in AWS's own spelling) and an AWS half (how to see
it and how to change it). The AWS half works on physical names alone, so that what is no longer declared can
still be seen and deleted.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from deployer.stack import Stack

if TYPE_CHECKING:
    from deployer.app import App
    from deployer.aws import Aws
    from deployer.yaml_lines import Place

Properties = dict[str, Any]

STACK_TAG = "skiff:stack"
ID_TAG = "skiff:id"
# Of kinds that hold data: "true" if they stay when they are not declared any more.
KEEP_TAG = "skiff:keep"
# A property of kinds without unique names: what a race made twice. The oldest stays.
DUPLICATES = "Duplicates"


# In YAML one text may stand for a list of one.
Texts = Annotated[
    list[str],
    Field(min_length=1),
    BeforeValidator(
        lambda value: [value] if isinstance(value, str) else value,
        json_schema_input_type=str | Annotated[list[str], Field(min_length=1)],
    ),
]


class Spec(BaseModel):
    """One kind's part of ``config.yaml``. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Resource(ABC):
    """One thing that AWS should have.

    Attributes:
        kind: singular, the name of the file it is in.
        section: where in an app's configuration its entries stand; None for kinds that have none.
        implied_by: the section of another kind, each of whose entries needs one of this kind too.
        single: the section holds one entry, not a mapping of names.
        deleted_after: kinds whose resources must be gone before this one goes.
        namespace: what its physical names are unique in, together with those of other kinds; None for itself.
        attributes: outputs that a ``${...}`` may name.
        grants: IAM actions a function can be granted on it: level, then the suffix of the ARN they go to.
        permissions: IAM actions that whoever deploys it needs, to see it, make it, change it and delete it.
        fixed: properties that cannot be changed in place.
        secret: properties that are never printed.
        tagged: it has tags of its own.
        adoptable: AWS has only one of a name, and somebody else's can be taken over without losing what it holds.
    """

    kind: ClassVar[str]
    section: ClassVar[str | None] = None
    implied_by: ClassVar[str | None] = None
    single: ClassVar[bool] = False
    deleted_after: ClassVar[tuple[str, ...]] = ()
    namespace: ClassVar[str | None] = None
    attributes: ClassVar[tuple[str, ...]] = ()
    grants: ClassVar[dict[str, dict[str, list[str]]]] = {}
    fixed: ClassVar[frozenset[str]] = frozenset()
    secret: ClassVar[frozenset[str]] = frozenset()
    permissions: ClassVar[tuple[str, ...]] = ()
    tagged: ClassVar[bool] = True
    adoptable: ClassVar[bool] = True
    Spec: ClassVar[type[Spec]] = Spec

    def __init__(self, app: App, name: str, spec: Any = None) -> None:
        self.app, self.name, self.spec = app, name, spec

    @property
    def stack(self) -> Stack:
        return self.app.stack

    @property
    def id(self) -> str:
        return f"{self.app.name}.{self.kind}.{self.name}"

    @property
    def place(self) -> Place:
        """Where in the configuration it was asked for."""
        assert self.section is not None
        return self.app.place(self.section) if self.single else self.app.place(self.section, self.name)

    @property
    def tags(self) -> dict[str, str]:
        keep = getattr(self.spec, "keep", None)
        kept = {} if keep is None else {KEEP_TAG: json.dumps(keep)}
        return {STACK_TAG: self.stack.mark, ID_TAG: self.id, **kept}

    # The pure half.

    @classmethod
    def declare(cls, app: App) -> Iterator[Resource]:
        """What ``app`` asks for of this kind: one for each entry of its section, or of the one that implies it."""
        section = cls.section or cls.implied_by
        if section:
            for name, spec in app.section(section).items():
                yield cls(app, name, spec)

    @property
    @abstractmethod
    def physical(self) -> str:
        """The name in AWS; follows from stack, app and name alone."""

    @property
    def after(self) -> frozenset[str]:
        """Ids that must exist first although no property says so."""
        return frozenset()

    def check(self) -> None:
        """Refuse what AWS would refuse, before any call.

        Raises:
            ConfigError: with the line.
        """

    def sources(self) -> list[Path]:
        """Folders whose files it is made of."""
        return []

    def prepare(self) -> None:
        """Slow work on this machine that :meth:`desired` rests on, such as building a zip."""

    @abstractmethod
    def desired(self) -> Properties:
        """The properties we state, in AWS's spelling; may hold refs. Complete only after :meth:`prepare`."""

    def static(self) -> dict[str, str]:
        """Outputs that follow from names alone: nobody has to wait for them."""
        return {}

    def outputs(self, have: Properties) -> dict[str, str]:
        """Outputs of the resource as it is in AWS, the static ones included."""
        return self.static()

    def uses(self) -> dict[str, str]:
        """Id of each resource that it uses without a ref in :meth:`desired`, or by right, to what for; for graphs."""
        return {}

    def examples(self, have: Properties, again: Callable[[str], str]) -> list[str]:
        """Commands to try it with; ``again`` says how to call one of the deployer's for the same stack."""
        return []

    # The AWS half.

    @classmethod
    @abstractmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        """Physical name to tags of all that may be the stack's, by its name or path."""

    @classmethod
    def owned(cls, aws: Aws) -> dict[str, dict[str, str]]:
        """Physical name to tags of everything that carries this stack's mark."""
        found = cls.candidates(aws)
        marked = {name: tags for name, tags in found.items() if tags.get(STACK_TAG) == aws.stack.mark}
        # Kinds that share a namespace are told apart by their ids, as long as these are there.
        return {name: tags for name, tags in marked.items() if kind_of(tags.get(ID_TAG, "")) in (None, cls)}

    @classmethod
    def holds(cls, aws: Aws, name: str) -> str:
        """What would be lost with it, for people, such as "12 objects, 3.4 MB"; empty if nothing would."""
        return ""

    @classmethod
    @abstractmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        """What AWS has under a physical name, as :meth:`desired` spells it; None only for "not there".

        Where AWS tells when it was last ``Changed``, or else ``Created``, that is a datetime of this name.
        """

    @classmethod
    def pending(cls, have: Properties) -> bool:
        """Whether AWS is still at work on it, and it cannot be used yet.

        Raises:
            AwsError: AWS gave up.
        """
        return False

    @classmethod
    @abstractmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None: ...

    @classmethod
    @abstractmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        """Make ``have`` into ``want``; called only when they differ. Tags that ``want`` does not name stay."""

    @classmethod
    @abstractmethod
    def delete(cls, aws: Aws, name: str) -> None:
        """Delete it with all it holds. Something already gone is success."""


def kind_of(id: str) -> type[Resource] | None:
    """The kind that an id, such as ``qr.bucket.images``, names."""
    name = id.split(".")[1:2]
    return next((kind for kind in kinds() if [kind.kind] == name), None)


def kinds() -> tuple[type[Resource], ...]:
    """Every kind, by reading the folder: adding a file adds a kind."""
    if not _kinds:
        package = importlib.import_module("deployer.resources")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            loaded = importlib.import_module(f"deployer.resources.{module.name}")
            _kinds.extend(
                value
                for value in vars(loaded).values()
                if isinstance(value, type) and issubclass(value, Resource) and value.__module__ == loaded.__name__
            )
    return tuple(_kinds)


_kinds: list[type[Resource]] = []


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services spell them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_dict(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
