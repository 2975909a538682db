"""A graph in Mermaid, which GitHub draws in any Markdown: https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from deployer.graph import Edge, Graph


def flowchart(graph: Graph) -> str:
    """The graph as a Mermaid flowchart; solid arrows wait, dashed ones know a name."""
    # Names may be words of Mermaid's, such as 'end': its ids are numbers.
    numbers = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR", "  %% solid: waits for; dashed: refers to by name"]
    for index, app in enumerate(graph.apps):
        lines += [f"  subgraph a{index}[{_quoted(app)}]", "    direction LR"]
        lines += [f"    {numbers[node.id]}[{_quoted(node.kind, node.name)}]" for node in graph.nodes if node.app == app]
        lines.append("  end")
    lines += [f"  {numbers[edge.start]} {_arrow(edge)} {numbers[edge.end]}" for edge in graph.edges]
    return "\n".join(lines)


def _arrow(edge: Edge) -> str:
    return ("-->" if edge.waits else "-.->") + (f"|{_quoted(edge.label)}|" if edge.label else "")


def _quoted(*lines: str) -> str:
    escaped = (line.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;") for line in lines)
    return f'"{"<br>".join(escaped)}"'
