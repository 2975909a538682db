"""What a kind of resource is: one subclass of :class:`Resource` in one file of ``deployer/resources/``.

A kind has a pure half (what the configuration asks for, in AWS's own spelling) and an AWS half (how to see
it and how to change it). The AWS half works on physical names alone, so that what is no longer declared can
still be seen and deleted.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from deployer.refs import Join, Ref
from deployer.stack import Stack
from deployer.yaml_lines import Lines, Place

if TYPE_CHECKING:
    from deployer.aws import Aws

Properties = dict[str, Any]

STACK_TAG = "skiff:stack"
ID_TAG = "skiff:id"


# In YAML one text may stand for a list of one.
Texts = Annotated[
    list[str], Field(min_length=1), BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]


class Spec(BaseModel):
    """One kind's part of ``config.yaml``. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class App:
    """One app of the configuration: its sections, and where in the file they stand."""

    stack: Stack
    name: str
    sections: BaseModel
    lines: Lines

    def section(self, name: str) -> Mapping[str, Any]:
        """Entries of a section by name: a single one (``api``) counts as an entry of its own name."""
        entries = getattr(self.sections, name)
        return entries if isinstance(entries, dict) else {name: entries} if entries is not None else {}

    def place(self, *below: str | int) -> Place:
        return ("apps", self.name, *below)

    def text(self, value: str, place: Place) -> str | Ref | Join:
        """A configured text with its ``${section.name.attribute}`` references.

        Raises:
            ConfigError: the reference names nothing that this app declares.
        """
        parts: list[str | Ref] = []
        if unfinished := re.search(r"(?<!\$)\$\{[^}]*$", value):
            raise self.lines.error(
                place, f"'{unfinished[0]}' has no end", "close it with '}', or write '$${' for a plain '${'"
            )
        for literal, reference in _split(value):
            if literal:
                parts.append(literal)
            if reference is not None:
                parts.append(self._ref(reference, place))
        if len(parts) == 1:
            return parts[0]
        return Join(tuple(parts)) if parts else ""

    def known(self, value: str, place: Place) -> str:
        """Like :meth:`text`, for a value that is needed before anything exists.

        Raises:
            ConfigError: also where a reference is to what only AWS can tell.
        """
        text = self.text(value, place)
        parts = text.parts if isinstance(text, Join) else (text,)
        known = [self.static(part) if isinstance(part, Ref) else part for part in parts]
        if None in known:
            hint = "a name or an origin can stand here, for it is known beforehand"
            raise self.lines.error(place, f"'{value}' is only known once it exists", hint)
        return "".join(part for part in known if part is not None)

    def origin(self, value: str, place: Place) -> str:
        """An origin that a browser may name, or ``*``; what :meth:`known` allows.

        Raises:
            ConfigError: it is neither, such as a URL with a path.
        """
        origin = self.known(value, place)
        if not re.fullmatch(r"\*|https?://[\w.-]+(:\d+)?", origin, re.ASCII):
            hint = "such as https://shop.example.org, ${site.origin}, or '*' for all"
            raise self.lines.error(place, f"'{value}' is no origin", hint)
        return origin

    def static(self, ref: Ref) -> str | None:
        """The value of a ref to what follows from names alone; None for what only AWS can tell."""
        _, kind, name = ref.id.split(".")
        owner = next(each for each in kinds() if each.kind == kind)
        return owner(self, name).static().get(ref.attribute)

    def _ref(self, reference: str, place: Place) -> Ref:
        section, _, rest = reference.partition(".")
        kind = next((kind for kind in kinds() if kind.section == section), None)
        if kind is None:
            sections = sorted(kind.section for kind in kinds() if kind.section)
            raise self.lines.error(
                place, f"'${{{reference}}}' refers to nothing", f"it starts with one of: {', '.join(sections)}"
            )
        name, attribute = (section, rest) if kind.single else rest.rpartition(".")[::2]
        entries = self.section(section)
        if name not in entries:
            known = ", ".join(f"${{{section}.{entry}.…}}" for entry in entries) or f"app '{self.name}' has none"
            raise self.lines.error(place, f"'${{{reference}}}' refers to nothing", f"{section}: {known}")
        if attribute not in kind.attributes:
            raise self.lines.error(
                place,
                f"'${{{reference}}}' refers to nothing: a {kind.kind} has no '{attribute}'",
                f"it has: {', '.join(kind.attributes)}",
            )
        return Ref(f"{self.name}.{kind.kind}.{name}", attribute)


def _split(value: str) -> Iterator[tuple[str, str | None]]:
    """Pairs of literal text and the reference behind it; ``$${`` stands for a plain ``${``."""
    end = 0
    for found in re.finditer(r"(?<!\$)\$\{([^}]*)\}", value):
        yield value[end : found.start()].replace("$${", "${"), found[1].strip()
        end = found.end()
    yield value[end:].replace("$${", "${"), None


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
        fixed: properties that cannot be changed in place.
        secret: properties that are never printed.
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
    tagged: ClassVar[bool] = True
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
        return {STACK_TAG: self.stack.mark, ID_TAG: self.id}

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

    def examples(self, have: Properties, again: Callable[[str], str]) -> list[str]:
        """Commands to try it with; ``again`` says how to call one of the deployer's for the same stack."""
        return []

    # The AWS half.

    @classmethod
    @abstractmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        """Physical name to tags of all that may be the stack's, by its name or path."""

    @classmethod
    def owned(cls, aws: Aws) -> dict[str, str]:
        """Physical name to id of everything that carries this stack's mark."""
        ids = {
            name: tags.get(ID_TAG, name)
            for name, tags in cls.candidates(aws).items()
            if tags.get(STACK_TAG) == aws.stack.mark
        }
        # Kinds that share a namespace are told apart by their ids, as long as these are there.
        return {name: id for name, id in ids.items() if kind_of(id) in (None, cls)}

    @classmethod
    @abstractmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        """What AWS has under a physical name, as :meth:`desired` spells it; None only for "not there"."""

    @classmethod
    @abstractmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None: ...

    @classmethod
    @abstractmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        """Make ``have`` into ``want``; called only when they differ."""

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
