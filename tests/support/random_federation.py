"""A random graph, cut into random subgraphs, over one set of data: whoever answers, answers alike.

`RandomGraph(seed)` has a monolith schema and its parts as subgraph SDL. All resolvers read the
same objects, so the monolith's answer is what a federation gateway must give. Subgraphs check
what they are sent: representations must hold true key and `@requires` values, and a field can
only be computed from what its subgraph may know.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema, build_schema, graphql_sync

HEADER = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: '
    '["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject"])\n'
)
OBJECTS = 3


@dataclass
class FieldSpec:
    """A field of an entity. `owners` serve it; `needs` is the name of a required scalar.

    `provided`: the field of its target that a subgraph answers below it. `shared`: others may
    answer it too, so that its owners have to agree.
    """

    name: str
    type: str
    owners: tuple[str, ...]
    needs: str = ""
    argument: bool = False
    provided: dict[str, str] = field(default_factory=dict)
    shared: bool = False


@dataclass
class EntitySpec:
    """`keys` per subgraph: the key it can be entered by.

    `parts`: who resolves which member of the value object `v` (empty: there is none). It has no
    key of its own, so its members have to be fetched through the entity.
    """

    name: str
    keys: dict[str, tuple[str, ...]]
    fields: list[FieldSpec]
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)


class RandomGraph:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        choose = self.random
        self.subgraphs = [f"s{i}" for i in range(choose.randint(2, 4))]
        names = [f"T{i}" for i in range(choose.randint(2, 4))]
        self.entities = [self._entity(name, names) for name in names]
        self.with_interface_object = choose.random() < 0.4
        self._provide()
        self.members = sorted(choose.sample(names, choose.randint(2, len(names))))
        self.data = {(e.name, i): self._object(e, i) for e in self.entities for i in range(OBJECTS)}
        self.monolith = build_schema(self._monolith_sdl())
        self.sdl = {s: self._subgraph_sdl(s) for s in self.subgraphs}
        if self.with_interface_object:
            self.sdl |= self._interface_object_sdl()
        self._schemas: dict[str, GraphQLSchema] = {}

    # The graph

    def _entity(self, name: str, names: list[str]) -> EntitySpec:
        choose = self.random
        # At least two subgraphs know each entity; the first knows both keys and links the others.
        known = choose.sample(self.subgraphs, choose.randint(2, len(self.subgraphs)))
        keys: dict[str, tuple[str, ...]] = {known[0]: ("id", "code")}
        for subgraph in known[1:]:
            keys[subgraph] = choose.choice([("id",), ("id",), ("code",), ("id", "code")])
        fields: list[FieldSpec] = []
        for i in range(choose.randint(2, 5)):
            owners = tuple(choose.sample(known, 1 if choose.random() < 0.75 else 2))
            kind = choose.choice(["String", "Int", "String!"])
            fields.append(FieldSpec(f"f{i}", kind, owners, argument=choose.random() < 0.3))
        for i in range(choose.randint(1, 3)):
            target = choose.choice([*names, "Node", "Any"])
            kind = choose.choice([target, f"[{target}]", f"[{target}!]!"])
            fields.append(FieldSpec(f"r{i}", kind, (choose.choice(known),)))
        plain = [f for f in fields if f.name[0] == "f" and not f.argument]
        for i in range(choose.randint(0, 2)):
            owner = choose.choice(known)
            others = [f for f in plain if owner not in f.owners]
            if others:
                needed = choose.choice(others)
                made = FieldSpec(f"q{i}", "String", (owner,), needs=needed.name)
                fields.append(made)
                if choose.random() < 0.5:
                    plain.append(made)
        parts: dict[str, tuple[str, ...]] = {}
        if choose.random() < 0.6:
            for member in ("p", "w", "z"):
                owners = choose.sample(known, choose.choice([1, 1, 2]))
                parts[member] = tuple(sorted(owners))
        return EntitySpec(name, keys, fields, parts)

    def _provide(self) -> None:
        """Let some references provide a field of what they refer to."""
        choose = self.random
        for entity in self.entities:
            for spec in entity.fields:
                target = _named(spec.type)
                if spec.name[0] != "r" or target in ("Node", "Any") or choose.random() < 0.5:
                    continue
                owner = spec.owners[0]
                wanted = [
                    f
                    for f in self.entity(target).fields
                    if f.name[0] == "f" and owner not in f.owners and not f.argument
                ]
                if wanted and owner in self.entity(target).keys:
                    provided = choose.choice(wanted)
                    provided.shared = True
                    spec.provided[owner] = provided.name

    def entity(self, name: str) -> EntitySpec:
        return next(e for e in self.entities if e.name == name)

    def _monolith_sdl(self) -> str:
        extra = " code: ID! score(a: Int): Int badge: String" * self.with_interface_object
        parts = [f"interface Node {{ id: ID!{extra} }}", f"union Any = {' | '.join(self.members)}"]
        for entity in self.entities:
            lines = ["id: ID!", "code: ID!", *map(_declaration, entity.fields)]
            if self.with_interface_object:
                lines.append("score(a: Int): Int badge: String")
            if entity.parts:
                lines.append(f"v: V{entity.name}")
                members = " ".join(f"{m}: String" for m in entity.parts)
                parts.append(f"type V{entity.name} {{ {members} }}")
            parts.append(f"type {entity.name} implements Node {{ {' '.join(lines)} }}")
        roots = [line for s in self.subgraphs for line in self._roots(s)]
        if self.with_interface_object:
            roots.append("io_nodes: [Node!]! own_nodes: [Node!]!")
        parts.append(f"type Query {{ {' '.join(roots)} }}")
        return "\n".join(parts)

    def _interface_object_sdl(self) -> dict[str, str]:
        """One subgraph that owns the interface, and one that knows it as an object only."""
        owned = "".join(
            f'type {e.name} implements Node @key(fields: "id") {{ id: ID! code: ID! @shareable }}\n'
            for e in self.entities
        )
        return {
            "own": HEADER
            + 'interface Node @key(fields: "id") { id: ID! code: ID! }\n'
            + owned
            + "type Query { own_nodes: [Node!]! }",
            "io": HEADER
            + 'type Node @key(fields: "id") @interfaceObject { id: ID! code: ID! @external '
            'score(a: Int): Int badge: String @requires(fields: "code") }\n'
            "type Query { io_nodes: [Node!]! }",
        }

    def _roots(self, subgraph: str) -> list[str]:
        lines = [f"{subgraph}_ping: String"]
        for entity in self.entities:
            if subgraph in entity.keys:
                name = entity.name
                lines.append(f"{subgraph}_{name}(n: Int = 0): {name}")
                lines.append(f"{subgraph}_all_{name}: [{name}!]!")
        if self._known_here(subgraph):
            lines.append(f"{subgraph}_nodes: [Node!]!")
        if any(subgraph in self.entity(m).keys for m in self.members):
            lines.append(f"{subgraph}_any: [Any]")
        return lines

    def _known_here(self, subgraph: str) -> list[str]:
        return [e.name for e in self.entities if subgraph in e.keys]

    def _subgraph_sdl(self, subgraph: str) -> str:
        parts = [HEADER]
        needed: set[str] = set()
        for entity in self.entities:
            if subgraph not in entity.keys:
                continue
            lines = [
                f"{key}: ID!" + ("" if key in entity.keys[subgraph] else " @shareable")
                for key in self._key_fields(entity, subgraph)
            ]
            external: set[str] = set()
            for spec in entity.fields:
                if subgraph in spec.owners:
                    text = _declaration(spec)
                    needed.add(_named(spec.type))
                    if len(spec.owners) > 1 or spec.shared:
                        text += " @shareable"
                    if subgraph in spec.provided:
                        text += f' @provides(fields: "{spec.provided[subgraph]}")'
                    if spec.needs:
                        text += f' @requires(fields: "{spec.needs}")'
                        external.add(spec.needs)
                    lines.append(text)
            external |= self._provided_here(subgraph, entity.name)
            here = [m for m, owners in entity.parts.items() if subgraph in owners]
            if here:
                lines.append(f"v: V{entity.name} @shareable")
                members = " ".join(f"{m}: String @shareable" for m in here)
                parts.append(f"type V{entity.name} {{ {members} }}")
            for name in sorted(external):
                spec = next(f for f in entity.fields if f.name == name)
                lines.append(f"{_declaration(spec)} @external")
            keys = " ".join(f'@key(fields: "{k}")' for k in entity.keys[subgraph])
            parts.append(f"type {entity.name} implements Node {keys} {{ {' '.join(lines)} }}")
            needed.add("Node")
        parts += self._foreign(subgraph, needed)
        parts.append(f"type Query {{ {' '.join(self._roots(subgraph))} }}")
        return "\n".join(parts)

    def _provided_here(self, subgraph: str, target: str) -> set[str]:
        """Fields of `target` that some reference in `subgraph` provides."""
        return {
            spec.provided[subgraph]
            for entity in self.entities
            for spec in entity.fields
            if subgraph in spec.provided and _named(spec.type) == target
        }

    def _key_fields(self, entity: EntitySpec, subgraph: str) -> list[str]:
        # `Node` demands `id`, so everyone has it; only some can be entered by it.
        return sorted({"id", *entity.keys[subgraph]})

    def _foreign(self, subgraph: str, needed: set[str]) -> list[str]:
        """Entities this subgraph only refers to, the interface and the union."""
        parts: list[str] = []
        here = set(self._known_here(subgraph))
        roots = " ".join(self._roots(subgraph))
        uses_any = "Any" in needed or "[Any]" in roots
        wanted = {n for n in needed if n[0] != "V" and n not in ("Node", "Any", "String", "Int")}
        if uses_any:
            wanted |= set(self.members)
        if "Node" in needed:
            # An interface's objects may be of any type: all must be known.
            wanted |= {e.name for e in self.entities}
        for name in sorted(wanted - here):
            parts.append(
                f'type {name} implements Node @key(fields: "id", resolvable: false) {{ id: ID! }}'
            )
        parts.append("interface Node { id: ID! }")
        if uses_any:
            parts.append(f"union Any = {' | '.join(self.members)}")
        return parts

    # Data

    def _object(self, entity: EntitySpec, number: int) -> dict[str, Any]:
        name, choose = entity.name, self.random
        found: dict[str, Any] = {
            "__typename": name,
            "id": f"{name}-{number}",
            "code": f"c-{name}-{number}",
        }
        for spec in entity.fields:
            if spec.name[0] == "r":
                found[spec.name] = self._reference(spec)
            elif not spec.needs:
                missing = not spec.type.endswith("!") and choose.random() < 0.15
                value = number * 7 if spec.type == "Int" else f"{name}.{number}.{spec.name}"
                found[spec.name] = None if missing else value
        found["score"] = number * 3 if choose.random() < 0.8 else None
        found["badge"] = computed(found["code"])
        if entity.parts:
            found["v"] = {m: f"{name}.{number}.v.{m}" for m in entity.parts}
            if choose.random() < 0.15:
                found["v"] = None
        for spec in entity.fields:
            if spec.needs:
                found[spec.name] = computed(found.get(spec.needs))
        return found

    def _reference(self, spec: FieldSpec) -> Any:
        choose, target = self.random, _named(spec.type)

        def one() -> tuple[str, int]:
            return (target, choose.randrange(OBJECTS))

        if spec.type.startswith("["):
            return [one() for _ in range(choose.randint(0, 3))]
        return None if choose.random() < 0.15 else one()

    def resolve(self, reference: Any) -> Any:
        if isinstance(reference, list):
            return [self.resolve(item) for item in reference]
        if reference is None:
            return None
        target, number = reference
        if target == "Node":
            names = [e.name for e in self.entities]
            target = names[number % len(names)]
        elif target == "Any":
            target = self.members[number % len(self.members)]
        return self.data[target, number]

    # Answers

    def answer_monolith(self, query: str, variables: Mapping[str, Any]) -> Any:
        result = graphql_sync(
            self.monolith,
            query,
            variable_values=dict(variables),
            field_resolver=self._field,
            type_resolver=lambda value, *_: value["__typename"],
        )
        return {"data": result.data, "errors": [e.path for e in result.errors or ()]}

    def send(self, subgraph: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        schema = self._schemas.get(subgraph)
        if schema is None:
            schema = self._schemas[subgraph] = build_schema(self._executable(subgraph))
        result = graphql_sync(
            schema,
            request["query"],
            variable_values=dict(request.get("variables") or {}),
            operation_name=request.get("operationName"),
            field_resolver=lambda source, info, **args: self._in_subgraph(
                subgraph, source, info, args
            ),
            type_resolver=lambda value, *_: "Node" if subgraph == "io" else value["__typename"],
        )
        if result.errors:
            raise AssertionError(f"{subgraph}: {result.errors[:3]} for {request}")
        return {"data": result.data}

    def _executable(self, subgraph: str) -> str:
        text = self.sdl[subgraph].replace(HEADER, "")
        text = re.sub(r'@\w+(\((?:[^()"]|"[^"]*")*\))?', "", text)
        entities = re.findall(r"type (T\d+|Node)\b", text)
        if not entities:
            return text
        return (
            text.replace(
                "type Query {", "type Query { _entities(representations: [_Any!]!): [_Entity]! "
            )
            + f"\nscalar _Any\nunion _Entity = {' | '.join(entities)}"
        )

    def _in_subgraph(self, subgraph: str, source: Any, info: Any, args: Any) -> Any:
        if info.field_name == "_entities":
            return [self._enter(subgraph, r) for r in args["representations"]]
        provided: str | None = None
        if subgraph == "io" and isinstance(source, dict):
            assert info.field_name in ("id", "score", "badge"), info.field_name
            if info.field_name == "badge":
                assert source["__sent"]["code"] == source["code"]
        elif isinstance(source, dict) and "__typename" in source:
            provided = self._check_served(subgraph, source, info.field_name)
        value = self._field(source, info, **args)
        if provided:
            value = _marked(value, provided)
        return value

    def _check_served(self, subgraph: str, source: dict[str, Any], name: str) -> str | None:
        """Check that the subgraph may answer; return what it provides below the field."""
        entity = self.entity(source["__typename"])
        spec = next((f for f in entity.fields if f.name == name), None)
        if name == "v":
            assert any(subgraph in owners for owners in entity.parts.values())
        if spec is None or source.get("__provided") == name:
            return None
        assert subgraph in spec.owners, f"{subgraph} asked for {entity.name}.{name}"
        if spec.needs:
            sent = source.get("__sent", {})
            true = self.data[entity.name, int(source["id"].split("-")[1])][spec.needs]
            assert spec.needs in sent, f"{subgraph}: {entity.name}.{name} without {spec.needs}"
            assert sent[spec.needs] == true, f"{subgraph}: {spec.needs} is {sent} not {true}"
        return spec.provided.get(subgraph)

    def _enter(self, subgraph: str, representation: dict[str, Any]) -> dict[str, Any]:
        if subgraph in ("io", "own"):
            name = representation["__typename"]
            assert subgraph != "io" or name == "Node", representation
            found = next(v for v in self.data.values() if v["id"] == representation["id"])
            return {**found, "__sent": representation}
        entity = self.entity(representation["__typename"])
        keys = [k for k in entity.keys.get(subgraph, ()) if representation.get(k) is not None]
        assert keys, f"{subgraph} entered with {representation}"
        for (name, _), value in self.data.items():
            if name == entity.name and value[keys[0]] == representation[keys[0]]:
                return {**value, "__sent": representation}
        raise AssertionError(f"{subgraph}: no such object {representation}")

    def _field(self, source: Any, info: Any, **args: Any) -> Any:
        name = info.field_name
        if source is None:
            return self._root(name, args)
        value = source[name]
        if name[0] == "r":
            return self.resolve(value)
        if args.get("a") is not None and value is not None:
            return value + args["a"] if isinstance(value, int) else f"{value}/{args['a']}"
        return value

    def _root(self, name: str, args: Mapping[str, Any]) -> Any:
        subgraph, _, what = name.partition("_")
        if what == "ping":
            return subgraph
        if name in ("io_nodes", "own_nodes"):
            return [self.data[e.name, 2] for e in self.entities]
        if what == "nodes":
            return [self.data[e.name, 0] for e in self.entities]
        if what == "any":
            return [self.data[m, 1] for m in self.members]
        if what.startswith("all_"):
            return [self.data[what[4:], i] for i in range(OBJECTS)]
        return self.data.get((what, args.get("n", 0)))


def _marked(value: Any, provided: str) -> Any:
    if isinstance(value, list):
        return [_marked(item, provided) for item in value]
    return None if value is None else {**value, "__provided": provided}


def computed(value: Any) -> str | None:
    return None if value is None else f"from {value}"


def _declaration(spec: FieldSpec) -> str:
    arguments = "(a: Int)" if spec.argument else ""
    return f"{spec.name}{arguments}: {spec.type}"


def _named(text: str) -> str:
    return text.strip("[]!")


class RandomQuery:
    """A random valid operation over the monolith schema of a graph."""

    def __init__(self, graph: RandomGraph, seed: int) -> None:
        self.graph = graph
        self.random = random.Random(seed)
        self.aliases = 0
        self.variables = {"yes": True, "no": False, "num": 5}
        self.used: set[str] = set()
        body = self._selection("Query", 4)
        types = {"yes": "Boolean!", "no": "Boolean!", "num": "Int"}
        defined = ", ".join(f"${v}: {types[v]}" for v in sorted(self.used))
        self.text = f"query Q({defined}) {body}" if defined else body
        self.values = {v: self.variables[v] for v in self.used}

    def _selection(self, type_name: str, depth: int) -> str:
        choose, schema = self.random, self.graph.monolith
        known: Any = schema.type_map[type_name]
        parts: list[str] = []
        fields = list(getattr(known, "fields", {}).items())
        for name, definition in choose.sample(fields, min(len(fields), choose.randint(1, 4))):
            part = self._field(name, definition, depth)
            if part:
                parts.append(part)
        if choose.random() < 0.3 and type_name != "Query":
            parts.append("__typename")
        if type_name in ("Node", "Any"):
            possible = sorted(t.name for t in schema.get_possible_types(known))
            for target in choose.sample(possible, choose.randint(1, len(possible))):
                if depth > 0:
                    inner = self._selection(target, depth - 1)
                    parts.append(f"... on {target}{self._condition()} {inner}")
            if choose.random() < 0.2:
                parts.append("... on Node { id }")
        return "{ " + (" ".join(parts) or "__typename") + " }"

    def _field(self, name: str, definition: Any, depth: int) -> str:
        choose = self.random
        target = _named(str(definition.type))
        composite = target not in ("String", "Int", "ID")
        if composite and depth <= 0:
            return ""
        text = name
        arguments = ""
        if definition.args and choose.random() < 0.7:
            argument = next(iter(definition.args))
            value = choose.choice(["1", "2", "$num"] if argument == "a" else ["0", "1", "2"])
            if value == "$num":
                self.used.add("num")
            arguments = f"({argument}: {value})"
        if (arguments and choose.random() < 0.8) or choose.random() < 0.2:
            self.aliases += 1
            text = f"x{self.aliases}: {name}"
        text += arguments + self._condition()
        if composite:
            text += " " + self._selection(target, depth - 1)
        return text

    def _condition(self) -> str:
        if self.random.random() > 0.15:
            return ""
        name = self.random.choice(["yes", "no"])
        self.used.add(name)
        return f" @{self.random.choice(['include', 'skip'])}(if: ${name})"
