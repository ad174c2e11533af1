"""A random graph, cut into random subgraphs that are sure to compose.

Sure by construction, so that a refusal is a bug of composition: the subgraphs that know an entity
form a tree in which neighbours share a key, so each can be entered from each; value types are
whole wherever they are, or belong to one entity and are reached through it; a field is asked of
its owners only.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.differential.drafts import (
    Drafts,
    FieldDraft,
    TypeDraft,
    print_monolith,
    print_subgraph,
)
from tests.differential.generate_needs import NeedMaker


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


class _Maker(NeedMaker):
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
            self._context(entity)
        for entity in self.entities.values():
            self._provides(entity)
        for subgraph in self.subgraphs:
            self._roots(subgraph)
        if self.object_like:
            self._interface_object()
        self._interface_fields()

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
            "rank": FieldDraft("Int!"),
        }
        if "title" in own["Node"].fields:
            added["title"] = FieldDraft("String", directives=["external"])
            added["badge"] = FieldDraft("String!", directives=['requires(fields: "title")'])
        self.drafts["own"] = own
        self.drafts["io"] = {
            "Query": TypeDraft(
                fields={"io_nodes": FieldDraft("[Node!]!"), "io_node": FieldDraft("Node")}
            ),
            "Mutation": TypeDraft(
                fields={"io_make": FieldDraft("[Node]"), "io_tick": FieldDraft("Int!")}
            ),
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
