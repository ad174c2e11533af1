"""A random graph, cut into random subgraphs that are sure to compose.

Sure by construction, so that a refusal is a bug of composition: the subgraphs that know an entity
form a tree in which neighbours share a key, so each can be entered from each; value types are
whole wherever they are, or belong to one entity and are reached through it; a field is asked of
its owners only.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from tests.differential.drafts import (
    Drafts,
    FieldDraft,
    TypeDraft,
    print_monolith,
    print_subgraph,
)

_TEXTS = {
    "Color": "enum Color { RED GREEN BLUE }",
    "JSON": "scalar JSON",
    "In": "input In { a: Int! = 3 b: [Color!] c: In d: JSON e: [[Float]] }",
}
_LEAVES = ("String", "Int", "Float", "Boolean", "ID", "Color", "JSON")
_WRAPS = ("%s", "%s", "%s", "%s!", "[%s]", "[%s!]!", "[[%s!]]", "[[%s]!]!")
_ARGUMENTS = ("(a: Int)", "(a: Int = 5)", "(b: [Color!]! = [RED])", "(c: In)", "(d: String!)")


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


@dataclass(frozen=True)
class RandomFederation:
    """SDL of the monolith and of each subgraph."""

    monolith: str
    subgraphs: dict[str, str]


def random_federation(seed: int) -> RandomFederation:
    """Return the federation of a seed, the same one each time."""
    maker = _Maker(random.Random(seed))
    maker.build()
    subgraphs = {name: print_subgraph(drafts) for name, drafts in maker.drafts.items()}
    return RandomFederation(print_monolith(maker.drafts), subgraphs)


def named(kind: str) -> str:
    """Return the name of a type without list and non-null marks.

    >>> named("[[T!]]!")
    'T'
    """
    return kind.strip("[]!")


class _Maker:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.subgraphs = [f"s{i}" for i in range(draw.choice([2, 2, 3, 3, 4, 5, 6]))]
        self.drafts: dict[str, Drafts] = {s: {"Query": TypeDraft()} for s in self.subgraphs}
        self.values: dict[str, dict[str, str]] = {}
        self.entities: dict[str, Entity] = {}
        self.unions: dict[str, list[str]] = {}

    def chance(self, chance: float) -> bool:
        return self.draw.random() < chance

    def build(self) -> None:
        self._make_values()
        names = [f"E{i}" for i in range(self.draw.randint(2, 5))]
        for name in names:
            self.entities[name] = self._entity(name)
        self.unions["Any"] = [
            *self.draw.sample(names, self.draw.randint(1, len(names))),
            *self.draw.sample(sorted(self.values), 1),
        ]
        for entity in self.entities.values():
            self._declare(entity)
        for entity in self.entities.values():
            self._fields(entity)
        for entity in self.entities.values():
            self._distributed_value(entity)
            self._requires(entity)
            self._override(entity)
        for entity in self.entities.values():
            self._provides(entity)
        for subgraph in self.subgraphs:
            self._roots(subgraph)
        if self.chance(0.35):
            self._interface_object()
        self._interface_fields()

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
        return self._wrapped(self.draw.choice(_LEAVES) if self.chance(0.6) else "String")

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
        keys = {known[0]: [draw.choice(options[:1] * 3 + options)]}
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
        for subgraph in owners:
            self._need_all(subgraph, made)
            directives = ["shareable"] if len(owners) > 1 else []
            self.drafts[subgraph][entity.name].fields[name] = FieldDraft(
                made.type, made.arguments, directives
            )

    def _need_all(self, subgraph: str, made: FieldDraft) -> None:
        self.need(subgraph, named(made.type))
        for name in ("In", "Color"):
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

    def _requires(self, entity: Entity) -> None:
        for i in range(self.draw.choice([0, 1, 1, 2, 3])):
            owner = self.draw.choice(entity.known)
            options = [n for n, owners in entity.owners.items() if owner not in owners]
            wanted = self.draw.sample(options, min(len(options), self.draw.choice([1, 1, 2])))
            texts = [self._required_text(owner, entity, name) for name in wanted]
            if any(texts):
                fields = " ".join(t for t in texts if t).replace('"', '\\"')
                made = FieldDraft(self._leaf_type())
                self._own(entity, f"q{i}", made, [owner])
                entity.computed.add(f"q{i}")
                drafts = self.drafts[owner][entity.name].fields
                drafts[f"q{i}"].directives.append(f'requires(fields: "{fields}")')

    def _required_text(self, owner: str, entity: Entity, name: str) -> str:
        made = entity.types[name]
        target, text = named(made.type), name
        argument = {
            "(a: Int)": self.draw.choice(["", "(a: 1)", "(a: null)"]),
            "(a: Int = 5)": self.draw.choice(["", "(a: 2)"]),
            "(b: [Color!]! = [RED])": "(b: [BLUE, RED])",
            "(c: In)": self.draw.choice(["", '(c: {b: [GREEN], d: "x"})']),
            "(d: String!)": '(d: "知 x")',
        }.get(made.arguments, "")
        inner = ""
        if target in self.values:
            leaves = [n for n, k in self.values[target].items() if named(k) not in self.values]
            inner = " ".join(self.draw.sample(leaves, self.draw.randint(1, len(leaves))))
        elif target in self.entities:
            self.need(owner, target)
            inner = self._required_of(owner, self.entities[target])
            if not inner:
                return ""
        elif target in self.unions or target == "Node":
            self.need(owner, target)
            inner = self._required_of_abstract(owner, target)
            if not inner:
                return ""
        self._external(owner, entity, name)
        return f"{text}{argument}" + (f" {{ {inner} }}" if inner else "")

    def _required_of_abstract(self, owner: str, target: str) -> str:
        drafts = self.drafts[owner]
        if target == "Node":
            here = [e.name for e in self.entities.values() if "Node" in self._interfaces(owner, e)]
        else:
            here = [m for m in drafts[target].members if m in self.entities]
        parts = []
        for name in here:
            inner = self._required_of(owner, self.entities[name])
            if inner:
                parts.append(f"... on {name} {{ {inner} }}")
        return " ".join(parts)

    def _interfaces(self, subgraph: str, entity: Entity) -> list[str]:
        draft = self.drafts[subgraph].get(entity.name)
        return draft.interfaces if draft is not None else []

    def _required_of(self, owner: str, target: Entity) -> str:
        """Return one leaf of an entity that a `@requires` reaches through a reference."""
        known = self.drafts[owner][target.name].fields
        options = [
            name
            for name, made in target.types.items()
            if name not in target.computed
            and name not in target.moved
            and (owner, name) not in target.lost
            # Gateways do not ask a subgraph for what they need to enter it.
            and owner not in target.owners[name]
            and named(made.type) in _LEAVES
            and "!" not in made.arguments.replace("!]", "").replace("]!", "")
        ]
        if not options or ("id" in known and self.chance(0.2)):
            return "id" if "id" in known else ""
        name = self.draw.choice(options)
        self._external(owner, target, name)
        return name

    def _override(self, entity: Entity) -> None:
        """Move a field: the subgraph it comes from still declares it."""
        if len(entity.known) < 2 or not self.chance(0.4):
            return
        free = [
            n
            for n, owners in entity.owners.items()
            if len(owners) == 1
            and n not in entity.computed
            and named(entity.types[n].type) != "Any"
            and named(entity.types[n].type) != "Node"
        ]
        if not free:
            return
        name = self.draw.choice(free)
        new = entity.owners[name][0]
        old = self.draw.choice([s for s in entity.known if s != new])
        if name in self.drafts[old][entity.name].fields:
            return  # external there
        made = entity.types[name]
        self._need_all(old, made)
        self.drafts[old][entity.name].fields[name] = FieldDraft(made.type, made.arguments)
        self.drafts[new][entity.name].fields[name].directives.append(f'override(from: "{old}")')
        entity.moved.add(name)
        entity.lost.add((old, name))

    def _provides(self, entity: Entity) -> None:
        for name, made in list(entity.types.items()):
            target = named(made.type)
            owner = entity.owners[name][0]
            if name in entity.computed or self.chance(0.5):
                continue
            if target in self.entities:
                text = self._provided_of(owner, self.entities[target])
            elif target == "Any":
                members = [m for m in self.drafts[owner]["Any"].members if m in self.entities]
                texts = [(m, self._provided_of(owner, self.entities[m])) for m in members]
                text = " ".join(f"... on {m} {{ {t} }}" for m, t in texts if t)
            else:
                continue
            if text:
                fields = self.drafts[owner][entity.name].fields
                fields[name].directives.append(f'provides(fields: "{text}")')

    def _provided_of(self, owner: str, target: Entity) -> str:
        options = [
            n
            for n, made in target.types.items()
            if owner not in target.owners[n]
            and n not in target.moved
            and (owner, n) not in target.lost
            and not made.arguments
            and (named(made.type) in _LEAVES or named(made.type) in self.values)
        ]
        if not options:
            return ""
        name = self.draw.choice(options)
        self._external(owner, target, name)
        for subgraph in target.owners[name]:
            directives = self.drafts[subgraph][target.name].fields[name].directives
            if "shareable" not in directives:
                directives.append("shareable")
        kind = named(target.types[name].type)
        if kind in self.values:
            leaves = [n for n, k in self.values[kind].items() if named(k) not in self.values]
            return f"{name} {{ {self.draw.choice(leaves)} }}"
        return name

    # Roots

    def _roots(self, subgraph: str) -> None:
        draw, drafts = self.draw, self.drafts[subgraph]
        query = drafts["Query"].fields
        query[f"{subgraph}_ping"] = FieldDraft("String")
        for entity in self.entities.values():
            if subgraph in entity.known and self.chance(0.8):
                query[f"{subgraph}_{entity.name}"] = FieldDraft(entity.name, "(n: Int = 0)")
                if self.chance(0.6):
                    kind = self._wrapped(f"{entity.name}")
                    query[f"{subgraph}_all_{entity.name}"] = FieldDraft(kind)
        for name in ("Any", "Node"):
            if name in drafts and self.chance(0.7):
                query[f"{subgraph}_{name}"] = FieldDraft(draw.choice(["[%s]", "[%s!]!"]) % name)
        for name in self.values:
            if name in drafts and self.chance(0.3):
                query[f"{subgraph}_{name}"] = FieldDraft(self._wrapped(name))
        if self.chance(0.5):
            query["shared"] = FieldDraft("String", directives=["shareable"])
        if self.chance(0.5):
            made = {f"{subgraph}_tick": FieldDraft("Int!")}
            if entity_names := [e.name for e in self.entities.values() if subgraph in e.known]:
                self.need(subgraph, "In")
                kind = self._wrapped(draw.choice(entity_names))
                made[f"{subgraph}_make"] = FieldDraft(kind, "(c: In)")
            drafts["Mutation"] = TypeDraft(fields=made)

    # Interfaces

    def _interface_object(self) -> None:
        """One subgraph that knows all entities of `Node`, and one that has it as an object."""
        nodes = [e for e in self.entities.values() if e.node and e.has_key("id")]
        everybody = [e for e in self.entities.values() if e.node]
        if len(nodes) != len(everybody) or not nodes:
            return
        own: Drafts = {"Query": TypeDraft(fields={"own_nodes": FieldDraft("[Node!]!")})}
        own["Node"] = TypeDraft("interface", {"id": FieldDraft("ID!")}, ['key(fields: "id")'])
        for entity in nodes:
            fields = {"id": FieldDraft("ID!")}
            own[entity.name] = TypeDraft(fields=fields, interfaces=["Node"])
            own[entity.name].directives.append('key(fields: "id")')
        if self.chance(0.5):
            own["Node"].fields["title"] = FieldDraft("String")
            for entity in nodes:
                own[entity.name].fields["title"] = FieldDraft("String")
        added = {
            "id": FieldDraft("ID!"),
            "score": FieldDraft("Int", "(a: Int)"),
            "buddies": FieldDraft("[Node!]"),
        }
        if "title" in own["Node"].fields:
            added["title"] = FieldDraft("String", directives=["external"])
            added["badge"] = FieldDraft("String!", directives=['requires(fields: "title")'])
        self.drafts["own"] = own
        self.drafts["io"] = {
            "Query": TypeDraft(fields={"io_nodes": FieldDraft("[Node!]!")}),
            "Node": TypeDraft(fields=added, directives=['key(fields: "id")', "interfaceObject"]),
        }

    def _interface_fields(self) -> None:
        """Let `Node` have a name where all types that implement it there resolve one."""
        for subgraph, drafts in self.drafts.items():
            node = drafts.get("Node")
            if node is None or node.kind != "interface" or not self.chance(0.5):
                continue
            here = [e for e in self.entities.values() if "Node" in self._interfaces(subgraph, e)]
            if (
                here
                and subgraph in self.subgraphs
                and all(subgraph in e.owners.get("name", ()) for e in here)
            ):
                node.fields["name"] = FieldDraft("String")
