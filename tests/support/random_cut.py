"""A random schema (`random_monolith`) cut into subgraphs that together say the same again.

Every entity is known by some subgraphs, each field resolved by one or two of them; who only
refers to an entity has a stub of it. Where the cut makes them needed or possible there are
`@shareable`, `@external` with `@requires` and `@provides`, `@override` (also progressive), several
keys, composite keys and stubs that cannot be entered. Subgraphs differ in what composition
reconciles: nullability, optional arguments and input fields only some have, enum values,
descriptions, names of root types.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from federation.composition.result import SubgraphSource
from tests.support.random_monolith import (
    KEYS,
    FieldDef,
    RandomMonolith,
    TypeDef,
    Value,
    named,
    print_field,
    print_type,
)

HEADER = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", '
    '"@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@tag"])\n'
)
ROOTS = ("Query", "Mutation", "Subscription")
# (type, field)
Coordinate = tuple[str, str]


@dataclass
class _Part:
    """What one subgraph declares of the entities and roots: field → its directives."""

    declared: dict[str, dict[str, str]] = field(default_factory=dict)
    resolved: set[Coordinate] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)


class RandomCut:
    """`sources` are the subgraphs."""

    def __init__(self, monolith: RandomMonolith, choose: random.Random) -> None:
        self.monolith = monolith
        self.choose = choose
        self.types = monolith.types
        self.parts = {f"s{i}": _Part() for i in range(choose.randint(1, 4))}
        self.names = list(self.parts)
        self.home = choose.choice(self.names)
        self.keys: dict[str, dict[str, tuple[str, ...]]] = {}
        self.owners: dict[Coordinate, list[str]] = {}
        self.shared: set[Coordinate] = set()
        self.directives: dict[tuple[str, Coordinate], str] = {}
        self.external: dict[str, set[Coordinate]] = {name: set() for name in self.names}
        self.told: set[str] = set()
        for name in monolith.entities:
            self._know(name)
        for root in ROOTS:
            if root in self.types:
                self._own_root(root)
        self._require()
        self._provide()
        self._override()
        self._declare()
        self._place_the_rest()
        self.sources = [SubgraphSource(name, "", self._sdl(name)) for name in self.names]

    # Who resolves what

    def _know(self, name: str) -> None:
        choose = self.choose
        known = choose.sample(self.names, choose.randint(1, len(self.names)))
        if name in self.monolith.of_entities and self.home not in known:
            known.append(self.home)
        # The first knows both keys and so links all others.
        keys = {known[0]: KEYS}
        for subgraph in known[1:]:
            keys[subgraph] = choose.choice([("id",), ("id",), ("code",), KEYS, ("id code",)])
        self.keys[name] = keys
        for item in self.types[name].fields:
            if item.name in KEYS:
                continue
            owners = choose.sample(known, min(len(known), choose.choice([1, 1, 1, 2])))
            if item.name[0] == "g" and self.home not in owners:
                # The interface's home resolves all its fields, or they would not be in the graph.
                owners.append(self.home)
            self._own((name, item.name), owners)

    def _own_root(self, root: str) -> None:
        for item in self.types[root].fields:
            count = 1 if root == "Subscription" else self.choose.choice([1, 1, 1, 2])
            self._own(
                (root, item.name), self.choose.sample(self.names, min(count, len(self.names)))
            )

    def _own(self, coordinate: Coordinate, owners: list[str]) -> None:
        self.owners[coordinate] = sorted(owners)
        if len(owners) > 1:
            self.shared.add(coordinate)

    def _plain(self, name: str) -> list[FieldDef]:
        """Fields of an entity that can be sent along: leaves without arguments."""
        return [
            item
            for item in self.types[name].fields
            if item.name not in KEYS
            and not item.arguments
            and named(item.type) in self.monolith.leaves
        ]

    def _require(self) -> None:
        for coordinate, owners in self.owners.items():
            name, field_name = coordinate
            if name in ROOTS or len(owners) > 1 or self.choose.random() > 0.25:
                continue
            wanted = [
                item
                for item in self._plain(name)
                if owners[0] not in self.owners[name, item.name]
                and (owners[0], (name, item.name)) not in self.directives
                and not any(c == (name, item.name) for _, c in self.directives)
            ]
            if wanted and field_name[0] != "g":
                other = self.choose.choice(wanted).name
                self.directives[owners[0], coordinate] = f' @requires(fields: "{other}")'
                self.external[owners[0]].add((name, other))

    def _provide(self) -> None:
        for (name, field_name), owners in self.owners.items():
            item = next(f for f in self.types[name].fields if f.name == field_name)
            target, subgraph = named(item.type), self.choose.choice(owners)
            memo = (subgraph, (name, field_name))
            if target not in self.keys or self.choose.random() > 0.4 or memo in self.directives:
                continue
            wanted = [
                other.name
                for other in self._plain(target)
                if subgraph not in self.owners[target, other.name]
                and not any(c == (target, other.name) for _, c in self.directives)
            ]
            if wanted:
                other_name = self.choose.choice(wanted)
                self.directives[memo] = f' @provides(fields: "{other_name}")'
                self.external[subgraph].add((target, other_name))
                self.shared.add((target, other_name))

    def _override(self) -> None:
        for coordinate, owners in list(self.owners.items()):
            name, field_name = coordinate
            origin = owners[0]
            if name in ROOTS or coordinate in self.shared or field_name[0] == "g":
                continue
            takers = [
                s for s in self.keys[name] if s != origin and coordinate not in self.external[s]
            ]
            if not takers or (origin, coordinate) in self.directives or self.choose.random() > 0.2:
                continue
            taker = self.choose.choice(takers)
            label = ', label: "percent(20)"' if self.choose.random() < 0.4 else ""
            self.directives[taker, coordinate] = f' @override(from: "{origin}"{label})'
            self.owners[coordinate] = sorted([origin, taker])

    # What each subgraph declares

    def _declare(self) -> None:
        for (name, field_name), owners in self.owners.items():
            for subgraph in owners:
                part = self.parts[subgraph]
                text = self.directives.get((subgraph, (name, field_name)), "")
                if (name, field_name) in self.shared:
                    text += " @shareable"
                if self.choose.random() < 0.1:
                    text += ' @tag(name: "some")'
                part.declared.setdefault(name, {})[field_name] = text
                part.resolved.add((name, field_name))
                item = next(f for f in self.types[name].fields if f.name == field_name)
                self._need(part, named(item.type))
                for value in item.arguments:
                    self._need(part, named(value.type))
        for name, keys in self.keys.items():
            for subgraph in keys:
                self._need(self.parts[subgraph], name)
        for subgraph, coordinates in self.external.items():
            for name, field_name in sorted(coordinates):
                self._need(self.parts[subgraph], name)
                item = next(f for f in self.types[name].fields if f.name == field_name)
                self._need(self.parts[subgraph], named(item.type))
                self.parts[subgraph].declared.setdefault(name, {})[field_name] = " @external"
        self._need(self.parts[self.home], "I0")

    def _need(self, part: _Part, name: str) -> None:
        """Let a subgraph have a type and what that refers to."""
        type_ = self.types.get(name)
        if type_ is None or name in part.needed:
            return
        part.needed.add(name)
        below = [named(value.type) for value in type_.inputs]
        if type_.kind == "union":
            below += type_.members
        elif name == "I0":
            below += self.monolith.of_entities
            below += [named(item.type) for item in type_.fields]
        elif name not in self.keys:
            if name == "J0":
                below += self.monolith.of_values
            below += type_.interfaces
            below += [named(item.type) for item in type_.fields]
            below += [named(v.type) for item in type_.fields for v in item.arguments]
        for each in below:
            self._need(part, each)

    def _place_the_rest(self) -> None:
        for name, type_ in self.types.items():
            if name not in ROOTS and not any(name in p.needed for p in self.parts.values()):
                self._need(self.parts[self.choose.choice(self.names)], type_.name)

    # Text

    def _sdl(self, subgraph: str) -> str:
        part = self.parts[subgraph]
        texts = [HEADER]
        roots = {}
        for name, type_ in self.types.items():
            if name in ROOTS:
                if name in part.declared:
                    roots[name] = self._root_name(name)
                    made = replace(type_, name=roots[name], fields=[])
                    texts.append(self._fields(subgraph, made, type_, "", part.declared[name]))
            elif name in part.needed:
                texts.append(self._type(subgraph, type_))
        renamed = any(root != name for root, name in roots.items())
        if renamed:
            pairs = " ".join(f"{root.lower()}: {name}" for root, name in roots.items())
            texts[0] = texts[0].replace("extend schema", "schema").strip() + f" {{ {pairs} }}\n"
        return "\n".join(texts)

    def _root_name(self, root: str) -> str:
        return f"{root}Root" if self.choose.random() < 0.15 else root

    def _type(self, subgraph: str, type_: TypeDef) -> str:
        first = self._is_first(type_.name)
        made = replace(type_, description=self._told(type_.name, type_.description))
        if type_.name in self.keys:
            return self._entity(subgraph, made)
        match type_.kind:
            case "enum":
                return print_type(self._enum(made, first))
            case "input":
                values = [self._loose(v, f"{type_.name}.{v.name}", first) for v in type_.inputs]
                if not first and self.choose.random() < 0.2:
                    values.append(Value("extra", "Int"))
                return print_type(replace(made, inputs=values))
            case "interface":
                return self._interface(subgraph, made)
            case "type":
                declared = {item.name: "" for item in type_.fields}
                return self._fields(
                    subgraph, replace(made, fields=[]), type_, " @shareable", declared
                )
        return print_type(made)

    def _is_first(self, key: str) -> bool:
        first = f"first {key}" not in self.told
        self.told.add(f"first {key}")
        return first

    def _told(self, coordinate: str, description: str) -> str:
        """Return the description; sometimes none, where another subgraph gave it already."""
        if coordinate in self.told and self.choose.random() < 0.3:
            return ""
        self.told.add(coordinate)
        return description

    def _enum(self, type_: TypeDef, first: bool) -> TypeDef:
        inputs, outputs = self._uses(type_.name)
        members = type_.members
        if not first and inputs and not outputs and self.choose.random() < 0.4:
            members = [*members, "EXTRA"]
        if not first and outputs and not inputs and self.choose.random() < 0.4:
            members = members[:1]
        return replace(type_, members=members)

    def _uses(self, name: str) -> tuple[bool, bool]:
        """Whether a leaf type is used for input, and whether for output."""
        types = self.types.values()
        values = [v for t in types for v in t.inputs]
        values += [v for t in types for item in t.fields for v in item.arguments]
        fields = [item for t in types for item in t.fields]
        return (
            any(named(v.type) == name for v in values),
            any(named(item.type) == name for item in fields),
        )

    def _loose(self, value: Value, coordinate: str, first: bool) -> Value:
        """Return an argument or input field as another subgraph may declare it."""
        loose = not first and value.type.endswith("!") and not value.default
        return replace(
            value,
            type=value.type[:-1] if loose and self.choose.random() < 0.3 else value.type,
            description=self._told(coordinate, value.description),
        )

    def _interface(self, subgraph: str, type_: TypeDef) -> str:
        fields = type_.fields
        if type_.name == "I0":
            resolved = self.parts[subgraph].resolved
            fields = [
                item
                for item in fields
                if item.name == "id"
                or all((name, item.name) in resolved for name in self.monolith.of_entities)
            ]
        told = [
            replace(f, description=self._told(f"{type_.name}.{f.name}", f.description))
            for f in fields
        ]
        return print_type(replace(type_, fields=told))

    def _entity(self, subgraph: str, type_: TypeDef) -> str:
        keys = self.keys[type_.name].get(subgraph)
        held = {"id", *" ".join(keys or ()).split()}
        own = dict(self.parts[subgraph].declared.get(type_.name, {}))
        for key in sorted(held):
            is_key = keys is None or any(key in k.split() for k in keys)
            own[key] = "" if is_key else " @shareable"
        if keys is None:
            directives = ' @key(fields: "id", resolvable: false)'
        else:
            directives = "".join(f' @key(fields: "{key}")' for key in keys)
            if self._is_first(f"{type_.name}.secret") and self.choose.random() < 0.3:
                secret = "\n  secret: String @inaccessible"
                own[next(iter(own))] += secret
        interfaces = type_.interfaces if "I0" in self.parts[subgraph].needed else []
        made = replace(type_, fields=[], interfaces=interfaces)
        return self._fields(subgraph, made, self.types[type_.name], directives, own)

    def _fields(
        self,
        subgraph: str,
        made: TypeDef,
        type_: TypeDef,
        directives: str,
        declared: dict[str, str],
    ) -> str:
        """Return an object type with some fields, as this subgraph declares them."""
        head = print_type(made).partition("{")[0].rstrip()
        lines = [
            print_field(self._variant(type_, item, declared[item.name]), declared[item.name])
            for item in self._shuffled(type_.fields)
            if item.name in declared
        ]
        body = "\n  ".join(lines)
        return f"{head}{directives} {{\n  {body}\n}}"

    def _shuffled(self, fields: Iterable[FieldDef]) -> list[FieldDef]:
        found = list(fields)
        if self.choose.random() < 0.3:
            self.choose.shuffle(found)
        return found

    def _variant(self, type_: TypeDef, item: FieldDef, directives: str) -> FieldDef:
        coordinate = f"{type_.name}.{item.name}"
        if "@external" in directives:
            return FieldDef(item.name, item.type)
        first = self._is_first(coordinate)
        arguments = [self._loose(a, f"{coordinate}.{a.name}", first) for a in item.arguments]
        if not first and item.name not in KEYS and self.choose.random() < 0.1:
            arguments.append(Value("extra", "Int"))
        text = item.type
        if not first and not text.endswith("!") and self.choose.random() < 0.3:
            text += "!"
        described = self._told(coordinate, item.description)
        return replace(item, type=text, arguments=arguments, description=described)
