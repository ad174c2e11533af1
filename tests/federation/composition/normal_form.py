"""A supergraph SDL in a form that two composers' outputs can be compared in.

Works on the text alone, with nothing of ours in between: order of definitions, members, directives
and arguments is taken away; so are the definitions of join, link and known features (their
wording is each composer's), arguments that say the default, and the version of the join link.
Everything else stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldNode,
    InlineFragmentNode,
    SchemaDefinitionNode,
    SelectionSetNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)

_OWN_PREFIXES = ("join__", "link__", "requiresScopes__", "policy__", "federation__", "context__")
_FEATURES = frozenset(
    {"link", "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize"}
)
_DEFAULTS = {"extension": "false", "resolvable": "true", "isInterfaceObject": "false"}
_FIELD_SETS = frozenset({"key", "requires", "provides"})


def normal_form(sdl: str) -> dict[str, Any]:
    """Return definition → what it says, comparable with `==`."""
    document = parse(sdl, no_location=True)
    form: dict[str, Any] = {}
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            form["schema"] = {
                "directives": _directives(node.directives),
                "roots": {o.operation.value: o.type.name.value for o in node.operation_types},
            }
        elif isinstance(node, DirectiveDefinitionNode):
            name = node.name.value
            if name not in _FEATURES and not name.startswith(_OWN_PREFIXES):
                form[f"@{name}"] = {
                    "arguments": _members(node.arguments),
                    "locations": sorted(location.value for location in node.locations),
                    "repeatable": node.repeatable,
                }
        elif isinstance(node, TypeDefinitionNode):
            name = node.name.value
            if name == "join__Graph" or not name.startswith(_OWN_PREFIXES):
                form[name] = _type(node)
    return form


def differences(one: Any, other: Any, where: str = "") -> Iterable[str]:
    """Yield each place where two normal forms differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            place = f"{where}/{key}"
            if key not in one or key not in other:
                yield f"{place}: {one.get(key, 'missing')} | {other.get(key, 'missing')}"
            else:
                yield from differences(one[key], other[key], place)
    elif one != other:
        yield f"{where}: {one} | {other}"


def _type(node: TypeDefinitionNode) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "description": _text(node),
        "directives": _directives(node.directives),
        "interfaces": sorted(i.name.value for i in getattr(node, "interfaces", None) or ()),
        "members": _members(getattr(node, "fields", None)),
        "types": sorted(t.name.value for t in getattr(node, "types", None) or ()),
        "values": _members(getattr(node, "values", None)),
    }


def _members(nodes: Iterable[Any] | None) -> dict[str, Any]:
    return {
        node.name.value: {
            "type": print_ast(node.type) if hasattr(node, "type") else None,
            "description": _text(node),
            "default": print_ast(node.default_value)
            if getattr(node, "default_value", None)
            else None,
            "directives": _directives(node.directives),
            "arguments": _members(getattr(node, "arguments", None)),
        }
        for node in nodes or ()
    }


def _text(node: Any) -> str | None:
    return node.description.value.strip() if getattr(node, "description", None) else None


def _directives(nodes: Iterable[ConstDirectiveNode] | None) -> list[str]:
    return sorted(_directive(node) for node in nodes or ())


def _directive(node: ConstDirectiveNode) -> str:
    arguments = []
    for argument in node.arguments or ():
        name, value = argument.name.value, print_ast(argument.value)
        if node.name.value.startswith("join__"):
            if _DEFAULTS.get(name) == value:
                continue
            if name in _FIELD_SETS:
                value = _field_set(parse("{" + getattr(argument.value, "value", "") + "}"))
        if node.name.value == "link" and name == "url" and "/join/v" in value:
            value = "join"
        if node.name.value == "link" and name == "import":
            value = str(sorted(print_ast(item) for item in getattr(argument.value, "values", ())))
        arguments.append(f"{name}: {value}")
    return f"@{node.name.value}({', '.join(sorted(arguments))})"


def _field_set(document: DocumentNode) -> str:
    (definition,) = document.definitions
    selection_set: SelectionSetNode = definition.selection_set  # type: ignore[attr-defined]
    return _selections(selection_set)


def _selections(selection_set: SelectionSetNode) -> str:
    texts = []
    for node in selection_set.selections:
        below = getattr(node, "selection_set", None)
        inner = f" {{ {_selections(below)} }}" if below else ""
        if isinstance(node, FieldNode):
            arguments = sorted(print_ast(argument) for argument in node.arguments or ())
            texts.append(f"{node.name.value}({', '.join(arguments)}){inner}")
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else ""
            texts.append(f"... on {condition}{inner}")
    return " ".join(sorted(texts))
