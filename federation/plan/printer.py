"""Plan → text, as people know it from other federation engines.

`_entities` is written as `{ what is sent } => { what is asked }`. Nothing is hidden but what
differs without meaning (ids, operation names), nothing is sorted: the order is the planner's.
"""

from __future__ import annotations

from typing import assert_never

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse, print_ast

from federation.plan.nodes import (
    BatchFetch,
    Condition,
    Defer,
    EntityBatch,
    Fetch,
    Flatten,
    OperationKind,
    Parallel,
    Path,
    PathKey,
    PlanNode,
    QueryPlan,
    Representation,
    RequiredField,
    RequiredSelection,
    Sequence,
    Subscription,
)


def print_plan(plan: QueryPlan) -> str:
    """Return the plan as text, without a final newline."""
    if plan.node is None:
        return "QueryPlan {}"
    return "\n".join(["QueryPlan {", *_node(plan.node, 1), "}"])


def print_plan_with_footer(plan: QueryPlan) -> str:
    """Return the text and what it costs: number of fetches, and how many wait in a row.

    So also what the plan costs that may have to be run in its place (`nodes.Caution`).
    """
    text = f"{print_plan(plan)}\n# {_size(plan)}"
    if plan.caution is None:
        return text
    return f"{text}\n# after an error in what is asked of all types: {_size(plan.caution.plan)}"


def _size(plan: QueryPlan) -> str:
    count, depth = (0, 0) if plan.node is None else plan_size(plan.node)
    return f"fetches: {count}  depth: {depth}"


def plan_size(node: PlanNode) -> tuple[int, int]:
    """Return (fetches, fetches in a row) of a tree; of a condition, its larger branch."""
    match node:
        case Fetch() | BatchFetch():
            return 1, 1
        case Flatten(_, inner):
            return plan_size(inner)
        case Sequence(nodes):
            sizes = [plan_size(n) for n in nodes]
            return sum(s[0] for s in sizes), sum(s[1] for s in sizes)
        case Parallel(nodes):
            sizes = [plan_size(n) for n in nodes]
            return sum(s[0] for s in sizes), max((s[1] for s in sizes), default=0)
        case Condition(_, then, otherwise):
            branches = [plan_size(n) for n in (then, otherwise) if n is not None]
            return max((s[0] for s in branches), default=0), max(
                (s[1] for s in branches), default=0
            )
        case Subscription(_, rest):
            count, depth = (0, 0) if rest is None else plan_size(rest)
            return count + 1, depth + 1
        case Defer(_, primary, deferred):
            return plan_size(
                Sequence(tuple(n for n in (primary, *(d.node for d in deferred)) if n is not None))
            )
        case _:
            assert_never(node)


def print_path(path: Path) -> str:
    """Return a path: `a.@.b`; a type condition stands before the step it is on.

    >>> print_path((PathKey("a"), PathKey("b", ("T", "U"))))
    'a|[T|U].b'
    """
    text = ""
    for element in path:
        if isinstance(element, PathKey):
            if element.types is not None:
                text += f"|[{'|'.join(element.types)}]"
            text += ("." if text else "") + element.key
        else:
            text += ("." if text else "") + "@"
    return text


def _node(node: PlanNode, depth: int) -> list[str]:
    pad = "  " * depth
    match node:
        case Fetch():
            return _fetch(node, depth)
        case BatchFetch():
            return _batch(node, depth)
        case Flatten(path, inner):
            head = f'{pad}Flatten(path: "{print_path(path)}") {{'
            return [head, *_node(inner, depth + 1), f"{pad}}},"]
        case Sequence(nodes):
            return _group("Sequence", nodes, depth)
        case Parallel(nodes):
            return _group("Parallel", nodes, depth)
        case Condition():
            return _condition(node, depth)
        case Subscription(primary, rest):
            lines = [f"{pad}Subscription {{", f"{pad}  Primary: {{"]
            lines += [*_fetch(primary, depth + 2), f"{pad}  }},"]
            if rest is not None:
                lines += [f"{pad}  Rest: {{", *_node(rest, depth + 2), f"{pad}  }},"]
            return [*lines, f"{pad}}},"]
        case Defer():
            return _defer(node, depth)
        case _:
            assert_never(node)


def _defer(defer: Defer, depth: int) -> list[str]:
    pad = "  " * depth
    lines = [f"{pad}Defer {{", f"{pad}  Primary {{", *_subselection(defer.subselection, depth + 2)]
    if defer.primary is not None:
        lines[-1] += ":"
        lines += _node(defer.primary, depth + 2)
    lines += [f"{pad}  }}, ["]
    for part in defer.deferred:
        depends = ", ".join(map(str, part.depends))
        label = "" if part.label is None else f', label: "{part.label}"'
        path = "/".join(part.path)
        lines.append(f'{pad}    Deferred(depends: [{depends}], path: "{path}"{label}) {{')
        lines += _subselection(part.subselection, depth + 3)
        if part.node is not None:
            lines[-1] += ":"
            lines += _node(part.node, depth + 3)
        lines.append(f"{pad}    }},")
    return [*lines, f"{pad}  ]", f"{pad}}},"]


def _subselection(text: str, depth: int) -> list[str]:
    return _block(_operation(text).selection_set, depth)


def _group(name: str, nodes: tuple[PlanNode, ...], depth: int) -> list[str]:
    pad = "  " * depth
    inner = [line for node in nodes for line in _node(node, depth + 1)]
    return [f"{pad}{name} {{", *inner, f"{pad}}},"]


def _condition(node: Condition, depth: int) -> list[str]:
    pad = "  " * depth
    then, otherwise = node.then, node.otherwise
    if then is not None and otherwise is None:
        return [f"{pad}Include(if: ${node.variable}) {{", *_node(then, depth + 1), f"{pad}}},"]
    if otherwise is not None and then is None:
        return [f"{pad}Skip(if: ${node.variable}) {{", *_node(otherwise, depth + 1), f"{pad}}},"]
    lines = [f"{pad}Condition(if: ${node.variable}) {{"]
    if then is not None:
        lines += [f"{pad}  Then: {{", *_node(then, depth + 2), f"{pad}  }},"]
    if otherwise is not None:
        lines += [f"{pad}  Else: {{", *_node(otherwise, depth + 2), f"{pad}  }},"]
    return [*lines, f"{pad}}},"]


def _fetch(fetch: Fetch, depth: int) -> list[str]:
    pad = "  " * depth
    selection = _operation(fetch.operation).selection_set
    lines = [f'{pad}Fetch(service: "{fetch.subgraph}") {{']
    if fetch.representations:
        lines += _representations(fetch.representations, depth + 1)
        root = selection.selections[0]
        assert isinstance(root, FieldNode)
        assert root.selection_set is not None
        lines += _block(root.selection_set, depth + 1)
    else:
        keyword = "" if fetch.kind is OperationKind.QUERY else f"{fetch.kind.value} "
        block = _block(selection, depth + 1)
        lines += [f"{pad}  {keyword}{{", *block[1:]]
    return [*lines, f"{pad}}},"]


def _batch(batch: BatchFetch, depth: int) -> list[str]:
    pad = "  " * depth
    selection = _operation(batch.operation).selection_set
    lines = [f'{pad}BatchFetch(service: "{batch.subgraph}") {{']
    for entity, field in zip(batch.entities, selection.selections, strict=True):
        assert isinstance(field, FieldNode)
        assert field.selection_set is not None
        lines += _entity(entity, field.selection_set, depth + 1)
    return [*lines, f"{pad}}},"]


def _entity(entity: EntityBatch, selection: SelectionSetNode, depth: int) -> list[str]:
    pad = "  " * depth
    paths = ", ".join(f'"{print_path(path)}"' for path in entity.paths)
    lines = [f"{pad}Flatten(path: {paths}) {{"]
    lines += _representations(entity.representations, depth + 1)
    return [*lines, *_block(selection, depth + 1), f"{pad}}},"]


def _representations(representations: tuple[Representation, ...], depth: int) -> list[str]:
    pad = "  " * depth
    lines = [f"{pad}{{"]
    for item in representations:
        # Of an interface object whose type nobody knows yet, its name says all there is to say.
        names = [item.typename] if item.typename in item.types else list(item.types)
        for name in names:
            lines += [f"{pad}  ... on {name} {{", f"{pad}    __typename"]
            lines += [*_required(item.selections, depth + 2), f"{pad}  }}"]
    return [*lines, f"{pad}}} =>"]


def _required(selections: tuple[RequiredSelection, ...], depth: int) -> list[str]:
    pad = "  " * depth
    lines: list[str] = []
    for item in selections:
        if isinstance(item, RequiredField):
            head = item.name if item.name == item.source else f"{item.name}: {item.source}"
        else:
            head = f"... on {item.condition}"
        if item.selections:
            lines += [f"{pad}{head} {{", *_required(item.selections, depth + 1), f"{pad}}}"]
        else:
            lines.append(pad + head)
    return lines


def _block(selection: SelectionSetNode, depth: int) -> list[str]:
    pad = "  " * depth
    return [pad + line for line in print_ast(selection).split("\n")]


def _operation(text: str) -> OperationDefinitionNode:
    definition = parse(text, no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition
