"""A graph as a picture: one SVG file that needs nothing else, for light and dark."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from deployer.graph import Edge, Graph
from deployer.layout import Layout, Link, Route, Size, layout

FONT, SMALL = 13.0, 11.0  # pixels
LETTER = 0.62  # of the font's size, the width of a letter: more than most have
LINE = 1.4  # of the font's size
HEIGHT = 46.0  # of a box
INSIDE = 14.0  # between a frame and what is in it
TITLE = 30.0  # the height of an app's name
LEGEND = "solid: waits for · dashed: refers to by name"

_STYLE = """
svg { --ink: #1f2328; --muted: #59636e; --line: #818b98; --paper: #ffffff; --frame: #f6f8fa; --edge: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  svg { --ink: #f0f6fc; --muted: #9198a1; --line: #7d8590; --paper: #0d1117; --frame: #151b23; --edge: #3d444d }
}
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink) }
.kind, .label { font-size: 11px; fill: var(--muted) }
.app { font-weight: 600 }
.name, .kind, .label { text-anchor: middle }
.behind { fill: var(--frame) }
.paper { fill: var(--paper) }
.frame { fill: var(--frame); stroke: var(--edge) }
.box { fill: var(--paper); stroke: var(--line) }
path { fill: none; stroke: var(--line); stroke-width: 1.3px }
.name-only { stroke-dasharray: 5 4 }
#arrow path { fill: var(--line); stroke: none }
"""


def svg(graph: Graph, project: str) -> str:
    """The graph as an SVG document, a frame for each app."""
    root = xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-labelledby": "title"})
    _add(root, "title", f"What depends on what in {project}", id="title")
    _add(root, "style", _STYLE)
    arrow = _add(
        _add(root, "defs"),
        "marker",
        id="arrow",
        viewBox="0 0 8 8",
        refX="8",
        refY="4",
        markerWidth="7",
        markerHeight="7",
        orient="auto-start-reverse",
    )
    _add(arrow, "path", d="M0 0L8 4L0 8Z")
    paper = _add(root, "rect", **{"class": "paper"})
    y, widest = INSIDE, _width(LEGEND, SMALL)
    for app in graph.apps:
        width, height = _frame(root, graph.of(app), app, y)
        y, widest = y + height + INSIDE, max(widest, width)
    _add(root, "text", LEGEND, x=INSIDE, y=y + SMALL, **{"class": "kind", "style": "text-anchor: start"})
    size = widest + 2 * INSIDE, y + SMALL + INSIDE
    for element in (root, paper):
        element.attrib |= {"width": _number(size[0]), "height": _number(size[1])}
    root.set("viewBox", f"0 0 {_number(size[0])} {_number(size[1])}")
    xml.indent(root)
    return xml.tostring(root, encoding="unicode")


def _frame(root: xml.Element, graph: Graph, app: str, y: float) -> Size:
    """Draw an app; returns the size of its frame."""
    wide = max(max(_width(node.name, FONT), _width(node.kind, SMALL)) for node in graph.nodes) + 2 * INSIDE
    links = [Link(edge.start, edge.end, _label_size(edge)) for edge in graph.edges]
    found = layout({node.id: (wide, HEIGHT) for node in graph.nodes}, links)
    size = max(found.width, _width(app, FONT)) + 2 * INSIDE, found.height + TITLE + INSIDE
    group = _add(root, "g", id=f"app-{app}", transform=f"translate({_number(INSIDE)} {_number(y)})")
    _add(group, "rect", width=size[0], height=size[1], rx=8, **{"class": "frame"})
    _add(group, "text", app, x=INSIDE, y=TITLE - 10, **{"class": "app"})
    inner = _add(group, "g", transform=f"translate({_number(INSIDE)} {_number(TITLE)})")
    for edge, route in zip(graph.edges, found.routes, strict=True):
        _edge(inner, edge, route)
    _nodes(inner, graph, found)
    return size


def _nodes(parent: xml.Element, graph: Graph, found: Layout) -> None:
    for node in graph.nodes:
        box = found.boxes[node.id]
        group = _add(parent, "g", id=node.id)
        _add(group, "title", node.id)
        _add(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=6, **{"class": "box"})
        middle = box.x + box.width / 2
        _add(group, "text", node.kind, x=middle, y=box.y + 18, **{"class": "kind"})
        _add(group, "text", node.name, x=middle, y=box.y + 35, **{"class": "name"})


def _edge(parent: xml.Element, edge: Edge, route: Route) -> None:
    group = _add(parent, "g")
    _add(group, "title", f"{edge.start} → {edge.end} ({edge.why})")
    marker = {"marker-start" if route.backwards else "marker-end": "url(#arrow)"}
    _add(group, "path", d=_path(route), **marker, **({} if edge.waits else {"class": "name-only"}))
    if route.label:
        box = route.label
        _add(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height, **{"class": "behind"})
        place = {"x": box.x + box.width / 2, "y": box.y + box.height / 2 + SMALL / 3}
        _add(group, "text", edge.label, **place, **{"class": "label"})


def _path(route: Route) -> str:
    parts = []
    for index, (left, right, y) in enumerate(route.runs):
        if index:
            before, above = route.runs[index - 1][1:]
            bend = (before + left) / 2
            parts.append(" ".join(["C", *map(_number, (bend, above, bend, y, left, y))]))
        else:
            parts.append(f"M{_number(left)} {_number(y)}")
        parts.append(f"H{_number(right)}")
    return "".join(parts)


def _label_size(edge: Edge) -> Size | None:
    return (_width(edge.label, SMALL), SMALL * LINE) if edge.label else None


def _width(text: str, size: float) -> float:
    return len(text) * size * LETTER


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _add(parent: xml.Element, tag: str, text: str | None = None, /, **attributes: str | float) -> xml.Element:
    values = {name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()}
    element = xml.SubElement(parent, tag, values)
    element.text = text
    return element
