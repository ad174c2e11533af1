"""The types of a random graph: who knows them, by which keys, and who resolves their fields."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from tests.differential.drafts import Drafts, FieldDraft, TypeDraft

_TEXTS = {
    "Color": "enum Color { RED GREEN BLUE }",
    "JSON": "scalar JSON",
    "In": "input In { a: Int! = 3 b: [Color!] c: In d: JSON e: [[Float]] }",
}
# Enums of which subgraphs know different values: one that is answered, one that is asked with.
_ENUMS = {"Shade": ("LIGHT", "DEEP", "HIDDEN @inaccessible"), "Tone": ("WARM", "COLD")}
LEAVES = ("String", "Int", "Float", "Boolean", "ID", "Color", "JSON", "Shade")
_WRAPS = ("%s", "%s", "%s", "%s!", "[%s]", "[%s!]!", "[[%s!]]", "[[%s]!]!")
_ARGUMENTS = (
    "(a: Int)",
    "(a: Int = 5)",
    "(b: [Color!]! = [RED])",
    "(c: In)",
    "(d: String!)",
    "(t: Tone)",
)


@dataclass
class Entity:
    """`known`: subgraphs that resolve it, `keys` what each can be entered by."""

    name: str
    node: bool
    known: list[str]
    keys: dict[str, list[str]]
    owners: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, FieldDraft] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    lost: set[tuple[str, str]] = field(default_factory=set)

    def has_key(self, key: str) -> bool:
        return any(key in keys for keys in self.keys.values())


def named(kind: str) -> str:
    """Return the name of a type without list and non-null marks.

    >>> named("[[T!]]!")
    'T'
    """
    return kind.strip("[]!")


class TypeMaker:
    """Makes entities, value types and the fields of both; `drafts` by subgraph."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.subgraphs = [f"s{i}" for i in range(draw.choice([2, 2, 3, 3, 4, 5, 6]))]
        self.drafts: dict[str, Drafts] = {s: {"Query": TypeDraft()} for s in self.subgraphs}
        self.values: dict[str, dict[str, str]] = {}
        self.entities: dict[str, Entity] = {}
        self.unions: dict[str, list[str]] = {}
        # Whether one subgraph shall know the interface `Node` as an object.
        self.object_like = draw.random() < 0.35

    def chance(self, chance: float) -> bool:
        return self.draw.random() < chance

    # Types

    def _make_values(self) -> None:
        for i in reversed(range(self.draw.randint(1, 3))):
            fields = {f"p{j}": self._leaf_type() for j in range(self.draw.randint(1, 3))}
            if self.values and self.chance(0.4):
                fields["inner"] = self._wrapped(self.draw.choice(sorted(self.values)))
            if self.chance(0.5):
                fields["label"] = "String"
            self.values[f"V{i}"] = fields

    def _leaf_type(self) -> str:
        return self._wrapped(self.draw.choice(LEAVES) if self.chance(0.6) else "String")

    def _wrapped(self, name: str) -> str:
        return self.draw.choice(_WRAPS) % name

    def _entity(self, name: str) -> Entity:
        draw = self.draw
        count = 1 if self.chance(0.15) else draw.randint(2, min(4, len(self.subgraphs)))
        known = draw.sample(self.subgraphs, count)
        node = self.chance(0.6)
        options = ["id", "code", "region number", "ref { no }", "ref { no series } code"]
        earlier = [e for e in self.entities.values() if e.has_key("id")]
        if earlier:
            options.append(f"org{draw.choice(earlier).name} {{ id }} number")
        first = "id" if node and self.object_like else draw.choice(options[:1] * 3 + options)
        keys = {known[0]: [first]}
        for subgraph in known[1:]:
            mine = [draw.choice(keys[draw.choice(sorted(keys))])]
            if self.chance(0.4):
                other = draw.choice(options)
                if other not in mine:
                    mine.append(other)
            keys[subgraph] = mine
        return Entity(name, node, known, keys)

    def _declare(self, entity: Entity) -> None:
        hidden = "code" if self.chance(0.25) else ""
        for subgraph in entity.known:
            draft = self.drafts[subgraph].setdefault(entity.name, TypeDraft())
            for key in entity.keys[subgraph]:
                draft.directives.append(f'key(fields: "{key}")')
                self._key_fields(subgraph, draft, key, shared=len(entity.keys[subgraph]) > 1)
            if entity.node:
                self._implement_node(subgraph, draft, ["id"] if self.chance(0.7) else [])
            if hidden in draft.fields:
                draft.fields[hidden].directives.append("inaccessible")
                hidden = ""

    def _implement_node(self, subgraph: str, draft: TypeDraft, interface: list[str]) -> None:
        """Every subgraph with a type of interface `Node` has its `id`, in a key or not."""
        if "id" not in draft.fields:
            draft.fields["id"] = FieldDraft("ID!", directives=["shareable"])
        if interface and "Node" not in self.drafts[subgraph]:
            self.drafts[subgraph]["Node"] = TypeDraft("interface", {"id": FieldDraft("ID!")})
            for other in self.entities.values():
                known = self.drafts[subgraph].get(other.name)
                if other.node and known is not None and "Node" not in known.interfaces:
                    known.interfaces.append("Node")
        if "Node" in self.drafts[subgraph] and "Node" not in draft.interfaces:
            draft.interfaces.append("Node")

    def _key_fields(self, subgraph: str, draft: TypeDraft, key: str, shared: bool) -> None:
        for word in re.sub(r"{.*?}", "", key).split():
            if word == "number":
                draft.fields.setdefault("number", FieldDraft("Int!"))
            elif word in ("id", "code", "region"):
                kind = "ID!" if word == "id" else "String!"
                draft.fields.setdefault(word, FieldDraft(kind))
            elif word == "ref":
                draft.fields.setdefault("ref", FieldDraft("Ref!"))
                self.drafts[subgraph].setdefault(
                    "Ref",
                    TypeDraft(
                        fields={
                            n: FieldDraft("String!", directives=["shareable"])
                            for n in ("no", "series")
                        }
                    ),
                )
            elif word.startswith("org"):
                target = word.removeprefix("org")
                draft.fields.setdefault(word, FieldDraft(f"{target}!"))
                self.need(subgraph, target)
                nested = self.drafts[subgraph][target]
                if "id" not in nested.fields:
                    nested.fields["id"] = FieldDraft("ID!", directives=["shareable"])

    def need(self, subgraph: str, name: str) -> None:
        """Make `name` known to a subgraph: whole value types, stubs of entities."""
        drafts = self.drafts[subgraph]
        if name in drafts or name in ("String", "Int", "Float", "Boolean", "ID"):
            return
        if name in _TEXTS:
            drafts[name] = TypeDraft(text=_TEXTS[name])
            if name == "In":
                self.need(subgraph, "Color")
                self.need(subgraph, "JSON")
        elif name in _ENUMS:
            some = [value for value in _ENUMS[name] if self.chance(0.6)]
            drafts[name] = TypeDraft("enum", members=["DARK", *some], is_input=name == "Tone")
        elif name in self.values:
            drafts[name] = TypeDraft()
            for field_name, kind in self.values[name].items():
                self.need(subgraph, named(kind))
                drafts[name].fields[field_name] = FieldDraft(kind, directives=["shareable"])
        elif name == "Node":
            nodes = [e for e in self.entities.values() if e.node]
            target = self.draw.choice(nodes)
            self.need(subgraph, target.name)
            self._implement_node(subgraph, drafts[target.name], ["id"])
        elif name in self.unions:
            members = self.unions[name]
            some = self.draw.sample(members, self.draw.randint(1, len(members)))
            drafts[name] = TypeDraft("union", members=some)
            for member in some:
                self.need(subgraph, member)
        else:
            self._stub(subgraph, self.entities[name])

    def _stub(self, subgraph: str, entity: Entity) -> None:
        key = self.draw.choice(entity.keys[self.draw.choice(entity.known)])
        draft = self.drafts[subgraph][entity.name] = TypeDraft()
        draft.directives.append(f'key(fields: "{key}", resolvable: false)')
        self._key_fields(subgraph, draft, key, shared=False)
        if entity.node:
            self._implement_node(subgraph, draft, [])

    # Fields of entities

    def _fields(self, entity: Entity) -> None:
        draw = self.draw
        if entity.node:
            owners = draw.sample(entity.known, draw.randint(1, len(entity.known)))
            self._own(entity, "name", FieldDraft("String"), owners)
        for i in range(draw.randint(1, 5)):
            arguments = draw.choice(_ARGUMENTS) if self.chance(0.3) else ""
            made = FieldDraft(self._leaf_type(), arguments)
            self._own(entity, f"f{i}", made, self._some_owners(entity))
        for i in range(draw.randint(1, 3)):
            abstract = self.chance(0.3)
            nodes = ["Node"] if any(e.node for e in self.entities.values()) else []
            target = draw.choice(["Any", *nodes] if abstract else sorted(self.entities))
            owners = self._some_owners(entity)[: 1 if abstract else 2]
            made = FieldDraft(self._wrapped(target), "(a: Int)" if self.chance(0.15) else "")
            self._own(entity, f"r{i}", made, owners)
        for i in range(draw.randint(0, 2)):
            made = FieldDraft(self._wrapped(draw.choice(sorted(self.values))))
            self._own(entity, f"v{i}", made, self._some_owners(entity))

    def _some_owners(self, entity: Entity) -> list[str]:
        most = min(2, len(entity.known))
        return self.draw.sample(entity.known, 1 if self.chance(0.7) else most)

    def _own(self, entity: Entity, name: str, made: FieldDraft, owners: list[str]) -> None:
        entity.owners[name], entity.types[name] = owners, made
        # One may promise more than others. Not about objects: what fails inside of one would carry
        # a null further up where it was promised than where it was not.
        promised = made.type.endswith("!") and named(made.type) in LEAVES
        if promised and len(owners) > 1 and self.chance(0.3):
            entity.types[name] = FieldDraft(made.type[:-1], made.arguments)
        for number, subgraph in enumerate(owners):
            self._need_all(subgraph, made)
            directives = ["shareable"] if len(owners) > 1 else []
            kind = entity.types[name].type if number else made.type
            self.drafts[subgraph][entity.name].fields[name] = FieldDraft(
                kind, made.arguments, directives
            )

    def _need_all(self, subgraph: str, made: FieldDraft) -> None:
        self.need(subgraph, named(made.type))
        for name in ("In", "Color", "Tone"):
            if name in made.arguments:
                self.need(subgraph, name)

    def _external(self, subgraph: str, entity: Entity, name: str) -> None:
        """Declare a field that others own, so that it can be required or provided."""
        fields = self.drafts[subgraph][entity.name].fields
        if name not in fields:
            made = entity.types[name]
            self._need_all(subgraph, made)
            fields[name] = FieldDraft(made.type, made.arguments, ["external"])

    def _distributed_value(self, entity: Entity) -> None:
        """A value object whose members are resolved by different subgraphs."""
        if not self.chance(0.35):
            return
        kind = f"P{entity.name}"
        for member in ("p", "w", "z"):
            for subgraph in self.draw.sample(entity.known, min(len(entity.known), 2)):
                draft = self.drafts[subgraph].setdefault(kind, TypeDraft())
                draft.fields[member] = FieldDraft("String", directives=["shareable"])
                self.drafts[subgraph][entity.name].fields["part"] = FieldDraft(
                    kind, directives=["shareable"]
                )
