"""Query graph → Graphviz text: one cluster per subgraph, entity moves dashed between them."""

from __future__ import annotations

from federation.operation.fingerprint import print_selections
from federation.query_graph.model import LEAF, Node, QueryGraph


def print_dot(graph: QueryGraph) -> str:
    """Return the graph in the DOT language, the same text for the same graph."""
    by_subgraph: dict[str, list[Node]] = {}
    for node in graph.nodes:
        by_subgraph.setdefault(node.subgraph, []).append(node)
    lines = ["digraph query_graph {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for number, subgraph in enumerate(sorted(by_subgraph)):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(subgraph)};"]
        lines += [f"    n{n.id} [label={_quoted(_label(n))}];" for n in by_subgraph[subgraph]]
        lines.append("  }")
    for node in graph.nodes:
        lines += _moves(graph, node)
    return "\n".join([*lines, "}"])


def _label(node: Node) -> str:
    leaves = sorted(name for name, move in node.fields.items() if move.target == LEAF)
    head = node.type_name
    if node.is_interface_object:
        head += " (interface object)"
    if node.view:
        head += f"\nprovides {node.view}"
    return "\n".join([head, *(f"· {name}" for name in leaves)])


def _moves(graph: QueryGraph, node: Node) -> list[str]:
    lines = []
    for name, move in node.fields.items():
        if move.target != LEAF:
            text = name
            if move.requires:
                text += f"\nrequires {print_selections(move.requires)}"
            lines.append(f"  n{node.id} -> n{move.target} [label={_quoted(text)}];")
    for type_name, target in node.casts.items():
        label = _quoted(f"… on {type_name}")
        lines.append(f"  n{node.id} -> n{target} [label={label}, style=dotted];")
    for entity in node.entity_moves:
        if graph.nodes[entity.target].subgraph != node.subgraph:
            label = _quoted(f"key {print_selections(entity.key)}")
            lines.append(f"  n{node.id} -> n{entity.target} [label={label}, style=dashed];")
    return lines


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\l")
    return f'"{escaped}"'
