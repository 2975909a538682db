"""What depends on what, and the two ways in which it is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest

from deployer import config, plan
from deployer.graph import Edge, Graph, Node, graph
from deployer.mermaid import flowchart
from deployer.svg import svg
from tests.launcher import ROOT

SVG = "{http://www.w3.org/2000/svg}"
WEB = """
project: shop
region: us-east-1
apps:
  web:
    buckets:
      files: {encryption: secret, cors: {origins: ["${site.origin}"], methods: [GET]}}
    keys:
      secret: {description: "costs ${5} a month"}
    functions:
      worker:
        source: code
        environment: {NAME: "${buckets.files.name}", ME: "${functions.worker.name}"}
        grants: {files/in/*: read, files/out/*: [write, read], secret: [encrypt, decrypt]}
      other: {source: code}
    api:
      routes: {GET /: worker, POST /: worker, "GET /{proxy+}": other}
    site: {pages: code, settings: {api: "${api.url}"}}
  end:
    buckets: {graph: {}}
"""


def graph_of(file: Path) -> Graph:
    found = config.read(file)
    return graph(plan.declare(found.declared(found.stack(), found.select(()))))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("web")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text("def handler(event, context): ...\n")
    (folder / "code" / "index.html").write_text("<!doctype html>")
    (folder / "config.yaml").write_text(WEB)
    return graph_of(folder / "config.yaml")


ODD = Graph((Node("odd.thing.x", "a&b", "odd", '<"#1">'),), ())


def large() -> Graph:
    """An app of 40 things, each of which depends on two before it, and some of those on it."""
    nodes = [Node(f"big.thing.n{index}", "thing", "big", f"n{index}") for index in range(40)]
    pairs = {(index, index // step) for index in range(2, 40) for step in (2, 3)}
    edges = [
        Edge(nodes[start].id, nodes[end].id, start % 4 > 0, "read, write" if start % 5 == 0 else "")
        for start, end in sorted(pairs)
    ]
    back = [Edge(nodes[index].id, nodes[index * 4].id, False) for index in range(1, 10)]
    return Graph(tuple(nodes), (*edges, *back))


DRAWN = {"config.yaml": lambda: graph_of(ROOT / "config.yaml"), "large": large}


@pytest.fixture(params=["web", *DRAWN])
def drawn(request: pytest.FixtureRequest, web: Graph) -> Graph:
    return web if request.param == "web" else DRAWN[request.param]()


def why(found: Graph) -> dict[tuple[str, str], str]:
    return {(edge.start.removeprefix("web."), edge.end.removeprefix("web.")): edge.why for edge in found.edges}


def test_every_resource_is_a_node_once(web: Graph) -> None:
    assert [node.id for node in web.nodes if node.app == "end"] == ["end.bucket.graph"]
    assert sorted(node.id for node in web.of("web").nodes) == [
        "web.bucket.files",
        "web.function.other",
        "web.function.worker",
        "web.key.secret",
        "web.log_group.other",
        "web.log_group.worker",
        "web.permission.other",
        "web.permission.worker",
        "web.rest_api.api",
        "web.role.other",
        "web.role.worker",
        "web.settings.site",
        "web.site.site",
    ]
    assert all(node.id == f"{node.app}.{node.kind}.{node.name}" for node in web.nodes)
    assert web.apps == ["end", "web"]


def test_edges_say_why(web: Graph) -> None:
    assert why(web) == {
        ("bucket.files", "key.secret"): "waits for",
        ("bucket.files", "site.site"): "refers to",
        ("function.worker", "role.worker"): "waits for",
        ("function.worker", "log_group.worker"): "waits for",
        ("function.worker", "bucket.files"): "refers to",
        ("function.other", "role.other"): "waits for",
        ("function.other", "log_group.other"): "waits for",
        ("role.worker", "log_group.worker"): "refers to",
        ("role.worker", "bucket.files"): "refers to: read in/*; write, read out/*",
        ("role.worker", "key.secret"): "waits for: encrypt, decrypt",
        ("role.other", "log_group.other"): "refers to",
        ("permission.worker", "function.worker"): "waits for",
        ("permission.worker", "rest_api.api"): "waits for",
        ("permission.other", "function.other"): "waits for",
        ("permission.other", "rest_api.api"): "waits for",
        ("rest_api.api", "function.worker"): "refers to: 2 routes",
        ("rest_api.api", "function.other"): "refers to: GET /{proxy+}",
        ("settings.site", "site.site"): "waits for",
        ("settings.site", "rest_api.api"): "waits for",
        ("site.site", "rest_api.api"): "refers to",
    }


def test_edges_that_wait_are_those_that_the_plan_waits_for() -> None:
    found = config.read(ROOT / "config.yaml")
    resources = plan.declare(found.declared(found.stack(), found.select(())))
    waiting = {(edge.start, edge.end) for edge in graph(resources).edges if edge.waits}
    assert waiting == {(id, each) for id, resource in resources.items() for each in plan.waits_for(resource)}


def test_as_json_it_has_every_node_and_edge(web: Graph) -> None:
    found = web.json()
    assert [node["id"] for node in found["nodes"]] == [node.id for node in web.nodes]
    assert found["nodes"][0] == {"id": "end.bucket.graph", "kind": "bucket", "app": "end", "name": "graph"}
    assert {(edge["from"], edge["to"]): edge["why"] for edge in found["edges"]} == {
        (edge.start, edge.end): edge.why for edge in web.edges
    }


# Mermaid, by what its documentation says of flowcharts.

QUOTED = r'"(?:[^"#<]|#\w+;|<br>)+"'
LINES = {
    "comment": re.compile(r"  %% .+"),
    "subgraph": re.compile(rf"  subgraph a\d+\[({QUOTED})\]"),
    "direction": re.compile(r"    direction LR"),
    "node": re.compile(rf"    (n\d+)\[({QUOTED})\]"),
    "end": re.compile(r"  end"),
    "edge": re.compile(rf"  (n\d+) (-->|-\.->)(?:\|({QUOTED})\|)? (n\d+)"),
}


def read(text: str) -> list[tuple[str, re.Match[str]]]:
    """The kind of each line after the first, which a flowchart may have."""
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    found = [(kind, match) for line in lines for kind, form in LINES.items() if (match := form.fullmatch(line))]
    assert len(found) == len(lines), lines
    return found


def test_mermaid_has_every_node_in_its_app_and_every_edge(drawn: Graph) -> None:
    lines = read(flowchart(drawn))
    kinds = " ".join(kind for kind, _ in lines)
    assert re.fullmatch(r"comment( subgraph direction( node)+ end)+( edge)*", kinds)
    nodes: dict[str, str] = {}
    app = ""
    for kind, match in lines:
        if kind == "subgraph":
            app = match[1].strip('"')
        elif kind == "node":
            nodes[match[1]] = ".".join([app, *match[2].strip('"').split("<br>")])
    assert list(nodes.values()) == [node.id for node in drawn.nodes]
    edges = [match for kind, match in lines if kind == "edge"]
    assert [(nodes[match[1]], nodes[match[4]], match[2] == "-->", (match[3] or "").strip('"')) for match in edges] == [
        (edge.start, edge.end, edge.waits, edge.label) for edge in drawn.edges
    ]


def test_mermaid_gets_no_text_that_it_would_read_as_its_own() -> None:
    ((_, node),) = [line for line in read(flowchart(ODD)) if line[0] == "node"]
    assert node[2] == '"a&b<br>#lt;#quot;#35;1#quot;>"'


# SVG.


def parts(drawn: Graph) -> tuple[xml.Element, dict[str, xml.Element]]:
    root = xml.fromstring(svg(drawn, "shop"))
    return root, {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}


def placed(root: xml.Element) -> list[tuple[float, float, float, float, xml.Element]]:
    """Every rectangle with its left, top, right and bottom on the picture."""
    found = []

    def walk(element: xml.Element, x: float, y: float) -> None:
        if moved := re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", "")):
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.tag == f"{SVG}rect":
            left, top = x + float(element.get("x", 0)), y + float(element.get("y", 0))
            right, bottom = left + float(element.attrib["width"]), top + float(element.attrib["height"])
            found.append((left, top, right, bottom, element))
        for child in element:
            walk(child, x, y)

    walk(root, 0, 0)
    return found


def test_the_picture_shows_every_node_and_edge(drawn: Graph) -> None:
    root, by_id = parts(drawn)
    assert root.attrib["aria-labelledby"] == "title"
    assert by_id["title"].text == "What depends on what in shop"
    for node in drawn.nodes:
        assert [text.text for text in by_id[node.id].iter(f"{SVG}text")] == [node.kind, node.name]
        assert by_id[f"app-{node.app}"].find(f".//*[@id='{node.id}']") is not None
    titles = [title.text for title in root.iter(f"{SVG}title")]
    for edge in drawn.edges:
        assert titles.count(f"{edge.start} → {edge.end} ({edge.why})") == 1
    arrows = [path for path in root.iter(f"{SVG}path") if path.get("marker-end") or path.get("marker-start")]
    assert len(arrows) == len(drawn.edges)
    assert sum(path.get("class") == "name-only" for path in arrows) == sum(not edge.waits for edge in drawn.edges)
    labels = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "label"]
    assert sorted(filter(None, labels)) == sorted(edge.label for edge in drawn.edges if edge.label)


def test_no_box_of_the_picture_lies_on_another_or_outside(drawn: Graph) -> None:
    root, _ = parts(drawn)
    everything = placed(root)
    paper = everything[0]
    assert (paper[2], paper[3]) == (float(root.attrib["width"]), float(root.attrib["height"]))
    for kinds in (["frame"], ["box", "behind"]):
        found = [each for each in everything if each[4].get("class") in kinds]
        assert found
        for index, (left, top, right, bottom, _) in enumerate(found):
            assert 0 <= left < right <= paper[2]
            assert 0 <= top < bottom <= paper[3]
            for other in found[:index]:
                assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_arrows_point_at_what_is_depended_on_and_forwards_if_they_wait(drawn: Graph) -> None:
    root, _ = parts(drawn)
    boxes = {}
    edges: dict[str, Any] = {}
    for group in root.iter(f"{SVG}g"):
        title, rectangle, path = (group.find(f"{SVG}{tag}") for tag in ("title", "rect", "path"))
        if title is not None and path is not None:
            edges[str(title.text)] = path
        elif title is not None and rectangle is not None:
            boxes[str(title.text)] = [float(rectangle.attrib[key]) for key in ("x", "y", "width", "height")]
    for edge in drawn.edges:
        path = edges[f"{edge.start} → {edge.end} ({edge.why})"]
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
        backwards = "marker-start" in path.attrib
        assert not (backwards and edge.waits)
        left, right = (edge.end, edge.start) if backwards else (edge.start, edge.end)
        assert numbers[0] == pytest.approx(boxes[left][0] + boxes[left][2], abs=0.2)
        assert numbers[1] == pytest.approx(boxes[left][1] + boxes[left][3] / 2, abs=0.2)
        assert numbers[-1] == pytest.approx(boxes[right][0], abs=0.2)


def test_texts_are_escaped() -> None:
    _, by_id = parts(ODD)
    assert [text.text for text in by_id["odd.thing.x"].iter(f"{SVG}text")] == ["a&b", '<"#1">']


def test_the_picture_has_colours_for_the_dark() -> None:
    style = xml.fromstring(svg(ODD, "shop")).findtext(f"{SVG}style")
    assert style is not None
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    names = re.findall(r"(--\w+):", light)
    assert names
    assert re.findall(r"(--\w+):", dark) == names
    assert set(re.findall(r"var\((--\w+)\)", style)) == set(names)
