"""A stable name for a normalised operation: equal operations, equal fingerprint, in any process.

Used for caches, logs and metrics. Caches compare the operation itself too; a hash alone never
decides what a client is answered.
"""

from __future__ import annotations

from hashlib import sha256

from federation.operation.model import Conditions, Field, Operation, Selection, Variable


def fingerprint(operation: Operation) -> str:
    """Return the SHA-256 (hex) of the operation's canonical text."""
    return sha256(print_operation(operation).encode()).hexdigest()


def print_operation(operation: Operation) -> str:
    """Return the normalised operation as GraphQL text."""
    head = operation.kind.value
    if operation.name:
        head += f" {operation.name}"
    if operation.variables:
        head += "(" + ", ".join(map(_variable, operation.variables)) + ")"
    lines = [f"{head} {{", *_lines(operation.in_order(), 1), "}"]
    return "\n".join(lines)


def print_selections(selections: tuple[Selection, ...]) -> str:
    """Return selections on one line, without braces around them.

    >>> print_selections((Field("id", "id", "T"), Field("n", "name", "T")))
    'id n: name'
    """
    return " ".join(" ".join(_lines(selections, 0)).split())


def _variable(variable: Variable) -> str:
    text = f"${variable.name}: {variable.type}"
    default = variable.default
    return text if default is None else f"{text} = {default}"


def _lines(selections: tuple[Selection, ...], depth: int) -> list[str]:
    indent = "  " * depth
    lines: list[str] = []
    for selection in selections:
        if not isinstance(selection, Field):
            lines.append(f"{indent}... on {selection.type_name} {{")
            lines += [*_lines(selection.selections, depth + 1), indent + "}"]
            continue
        for conditions in _alternatives(selection.conditions):
            text = indent + _head(selection) + conditions
            if selection.selections:
                lines += [text + " {", *_lines(selection.selections, depth + 1), indent + "}"]
            else:
                lines.append(text)
    return lines


def _head(field: Field) -> str:
    text = field.name if field.key == field.name else f"{field.key}: {field.name}"
    if field.arguments:
        text += "(" + ", ".join(f"{a.name}: {a.text}" for a in field.arguments) + ")"
    # No directive of any graph: the same selection for a caller who may not see it.
    return f"{text} @withheld" if field.withheld else text


def _alternatives(conditions: Conditions) -> list[str]:
    if not conditions:
        return [""]
    return [
        "".join(f" @{'include' if wanted else 'skip'}(if: ${name})" for name, wanted in literals)
        for literals in conditions
    ]
