"""What fields need of other subgraphs: `@requires`, `@provides`, `@override`, `@fromContext`."""

from __future__ import annotations

from tests.differential.drafts import FieldDraft, TypeDraft
from tests.differential.generate_types import LEAVES, Entity, TypeMaker, named


class NeedMaker(TypeMaker):
    """Adds directives that hold field sets, and fields that are moved."""

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
            "(t: Tone)": self.draw.choice(["", "(t: DARK)"]),
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
        parts = []
        for name in self._members_here(owner, target):
            inner = self._required_of(owner, self.entities[name])
            if inner:
                parts.append(f"... on {name} {{ {inner} }}")
        return " ".join(parts)

    def _members_here(self, subgraph: str, target: str) -> list[str]:
        """Return the entities that the union or interface may stand for in a subgraph."""
        if target == "Node":
            entities = self.entities.values()
            return [e.name for e in entities if "Node" in self._interfaces(subgraph, e)]
        return [m for m in self.drafts[subgraph][target].members if m in self.entities]

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
            and named(made.type) in LEAVES
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
        label = self.draw.choice(["", "", ', label: "percent(50)"', ', label: "next"'])
        directive = f'override(from: "{old}"{label})'
        self.drafts[new][entity.name].fields[name].directives.append(directive)
        entity.moved.add(name)
        entity.lost.add((old, name))

    def _context(self, entity: Entity) -> None:
        """Objects below an entity that are computed with something of the entity."""
        if not self.chance(0.25):
            return
        kid, owner = f"K{entity.name}", self.draw.choice(entity.known)
        setter = self.drafts[owner][entity.name]
        setter.directives.append(f'context(name: "c{entity.name}")')
        self._own(entity, "tongue", FieldDraft("String!"), [self.draw.choice(entity.known)])
        if "tongue" not in setter.fields:
            self._external(owner, entity, "tongue")
        entity.computed.add("tongue")
        setter.fields["kids"] = FieldDraft(self._wrapped(kid))
        below = TypeDraft(directives=['key(fields: "id")'])
        below.fields["id"] = FieldDraft("ID!")
        argument = f'from: String! @fromContext(field: "$c{entity.name} {{ tongue }}")'
        made = FieldDraft(self._leaf_type(), self.draw.choice(["", "(a: Int)"]), [], argument)
        self._need_all(owner, made)
        below.fields["cx"] = made
        below.fields["plain"] = FieldDraft("Int")
        self.drafts[owner][kid] = below
        others = [s for s in self.subgraphs if s != owner]
        if others and self.chance(0.5):
            fields = {"id": FieldDraft("ID!"), "other": FieldDraft("[Int]")}
            self.drafts[self.draw.choice(others)][kid] = TypeDraft(
                fields=fields, directives=['key(fields: "id")']
            )

    def _provides(self, entity: Entity) -> None:
        for name, made in list(entity.types.items()):
            target = named(made.type)
            owner = entity.owners[name][0]
            if name in entity.computed or self.chance(0.5):
                continue
            if target in self.entities:
                text = self._provided_of(owner, self.entities[target])
            elif target in ("Any", "Node"):
                members = self._members_here(owner, target)
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
            and (named(made.type) in LEAVES or named(made.type) in self.values)
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
