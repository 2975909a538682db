"""What depends on what, from what is declared alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.errors import ConfigError
from deployer.plan import waits_for
from deployer.refs import refs
from deployer.resource import Resource


@dataclass(frozen=True)
class Node:
    """A declared resource."""

    id: str
    kind: str
    app: str
    name: str


@dataclass(frozen=True)
class Edge:
    """That one resource depends on another.

    Attributes:
        waits: ``start`` is made after ``end``; otherwise it only knows its name.
        label: what for, such as the grant ``read, write`` or the route ``GET /``; may be empty.
    """

    start: str
    end: str
    waits: bool
    label: str = ""

    @property
    def why(self) -> str:
        how = "waits for" if self.waits else "refers to"
        return f"{how}: {self.label}" if self.label else how


@dataclass(frozen=True)
class Graph:
    """Nodes app by app; edges lead from each to what it depends on, what waits first, then what has a label."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def of(self, app: str) -> Graph:
        """The part of one app; no edge leads out of it."""
        nodes = tuple(node for node in self.nodes if node.app == app)
        ids = {node.id for node in nodes}
        return Graph(nodes, tuple(edge for edge in self.edges if edge.start in ids))

    @property
    def apps(self) -> list[str]:
        return list(dict.fromkeys(node.app for node in self.nodes))

    def json(self) -> dict[str, Any]:
        nodes = [{"id": node.id, "kind": node.kind, "app": node.app, "name": node.name} for node in self.nodes]
        return {
            "nodes": nodes,
            "edges": [{"from": edge.start, "to": edge.end, "why": edge.why} for edge in self.edges],
        }


def graph(resources: Mapping[str, Resource]) -> Graph:
    """The graph of what :func:`deployer.plan.declare` gives, app by app."""
    nodes = [Node(id, each.kind, each.app.name, each.name) for id, each in resources.items()]
    edges = [edge for resource in resources.values() for edge in _edges(resource)]
    return Graph(
        tuple(sorted(nodes, key=lambda node: node.app)),
        tuple(sorted(edges, key=lambda edge: (not edge.waits, not edge.label))),
    )


def _edges(resource: Resource) -> Iterator[Edge]:
    waits, uses = waits_for(resource), resource.uses()
    named = {ref.id for ref in refs(resource.desired())} | set(_mentioned(resource))
    for id in sorted((waits | named | uses.keys()) - {resource.id}):
        yield Edge(resource.id, id, id in waits, uses.get(id, ""))


def _mentioned(resource: Resource) -> Iterator[str]:
    """Ids that the ``${...}`` of its own section name: of some only a value is left in the properties."""
    if resource.section:
        for text in _texts(resource.spec.model_dump()):
            with contextlib.suppress(ConfigError):  # a text that is none with references, such as a description
                yield from (ref.id for ref in refs(resource.app.text(text, resource.place)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
