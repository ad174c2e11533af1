"""Subgraph schemas while they are being made, printing them, and the monolith they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VERSION = "https://specs.apollo.dev/federation/v2.8"
IMPORTS = (
    *("@key", "@shareable", "@external", "@requires", "@provides"),
    *("@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"),
)


@dataclass
class FieldDraft:
    """A field in one subgraph. `directives` as they are printed, without the @.

    `from_context`: an argument that clients do not see, with its directive.
    """

    type: str
    arguments: str = ""
    directives: list[str] = field(default_factory=list)
    from_context: str = ""


@dataclass
class TypeDraft:
    """A type in one subgraph; `kind` is the SDL's keyword.

    `members` are a union's types, or an enum's values with their directives. `is_input`: an enum
    that clients only send; they may send what all subgraphs know.
    """

    kind: str = "type"
    fields: dict[str, FieldDraft] = field(default_factory=dict)
    directives: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    text: str = ""
    is_input: bool = False


Drafts = dict[str, TypeDraft]


def print_subgraph(drafts: Drafts) -> str:
    """Return the subgraph's SDL."""
    imports = ", ".join(f'"{name}"' for name in IMPORTS)
    lines = [f'extend schema @link(url: "{VERSION}", import: [{imports}])']
    lines += [_print_type(name, draft, hidden=True) for name, draft in drafts.items()]
    return "\n".join(lines) + "\n"


def print_monolith(subgraphs: Mapping[str, Drafts]) -> str:
    """Return the schema of one server with the fields of all subgraphs that are not hidden.

    Subgraphs agree about the types of fields, but for whether they may be null: then they may.
    Fields of an interface object belong to the interface and to all types that implement it.
    """
    merged: Drafts = {}
    hidden: set[tuple[str, str]] = set()
    for drafts in subgraphs.values():
        for name, draft in drafts.items():
            kind = "interface" if "interfaceObject" in draft.directives else draft.kind
            first = name not in merged
            into = merged.setdefault(name, TypeDraft(kind, text=draft.text))
            if draft.is_input and not first:
                into.members = [m for m in into.members if m in draft.members]
                continue
            for interface in draft.interfaces:
                if interface not in into.interfaces:
                    into.interfaces.append(interface)
            into.members += [m for m in draft.members if m not in into.members]
            for field_name, made in draft.fields.items():
                known = into.fields.setdefault(field_name, FieldDraft(made.type, made.arguments))
                if known.type == f"{made.type}!":
                    known.type = made.type
                if "inaccessible" in made.directives:
                    hidden.add((name, field_name))
    for drafts in subgraphs.values():
        for name, draft in drafts.items():
            if "interfaceObject" in draft.directives:
                for other in merged.values():
                    if name in other.interfaces:
                        other.fields = {**draft_fields(draft), **other.fields}
    for type_name, field_name in hidden:
        del merged[type_name].fields[field_name]
    for draft in merged.values():
        if draft.kind == "enum":
            hidden_values = {m.split()[0] for m in draft.members if "@inaccessible" in m}
            draft.members = [m for m in draft.members if m.split()[0] not in hidden_values]
    return "\n".join(_print_type(name, draft) for name, draft in merged.items()) + "\n"


def draft_fields(draft: TypeDraft) -> dict[str, FieldDraft]:
    return {n: FieldDraft(f.type, f.arguments) for n, f in draft.fields.items()}


def _print_type(name: str, draft: TypeDraft, hidden: bool = False) -> str:
    if draft.text:
        return draft.text
    directives = "".join(f" @{d}" for d in draft.directives) if hidden else ""
    if draft.kind == "union":
        return f"union {name}{directives} = {' | '.join(draft.members)}"
    if draft.kind == "enum":
        return f"enum {name} {{ {' '.join(draft.members)} }}"
    lines = [
        f"  {n}{_arguments(f, hidden)}: {f.type}" + "".join(f" @{d}" for d in f.directives)
        for n, f in draft.fields.items()
    ]
    interfaces = f" implements {' & '.join(draft.interfaces)}" if draft.interfaces else ""
    return f"{draft.kind} {name}{interfaces}{directives} {{\n" + "\n".join(lines) + "\n}"


def _arguments(made: FieldDraft, hidden: bool) -> str:
    if not hidden or not made.from_context:
        return made.arguments
    return f"({made.arguments.strip('()')} {made.from_context})"
