"""Many subgraphs as platforms and centres would write them, the same for the same seed.

A few core entities (patents, parties, …) are owned by the first subgraphs and extended nearly
everywhere; each subgraph also extends entities of some others, has its own entities with one, two
or composite keys, value types shared with everybody, interfaces, a union, enums and inputs, and
some `@requires`, `@provides` and `@override`. Every set composes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from federation.composition.result import SubgraphSource

CORE = ("Patent", "Party", "Centre", "Transaction", "Licence", "Valuation")
OWN_ENTITIES = 12
_CORE_EXTENDED = 3
_NEIGHBOURS = 4
_HEADER = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable",
    "@external", "@requires", "@provides", "@override", "@tag", "@inaccessible"])
"""
_SHARED = """
scalar DateTime
enum Jurisdiction { CN US EP JP KR }
enum Currency { CNY USD EUR }
"An amount of money."
type Money @shareable { amount: String! currency: Currency! }
type Period @shareable { from: DateTime until: DateTime }
type Address @shareable { country: Jurisdiction! lines: [String!]! since: Period }
type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
interface Node { id: ID! }
interface Recorded { recordedAt: DateTime recordedBy: String }
"""
_SHARED_TYPES = 9


@dataclass(frozen=True, slots=True)
class Entity:
    """`keys` are its owner's; all others know it by its first one."""

    name: str
    owner: int
    keys: tuple[str, ...]


def large_graph(subgraphs: int, *, types: int = 60, seed: int = 0) -> list[SubgraphSource]:
    """Return subgraphs of `types` named types each, roots not counted."""
    entities = {
        owner: [_entity(owner, number) for number in range(OWN_ENTITIES)]
        for owner in range(subgraphs)
    }
    return [
        _Writer(number, subgraphs, types, entities, random.Random(f"{seed}/{number}")).source()
        for number in range(subgraphs)
    ]


def changed(sources: list[SubgraphSource], number: int) -> list[SubgraphSource]:
    """Return the sources with a field more in one of them, as if it were published again."""
    source = sources[number]
    sdl = source.sdl + f"\nextend type Thing{number}x0 {{ addedLater: String }}\n"
    return [*sources[:number], replace(source, sdl=sdl), *sources[number + 1 :]]


def _entity(owner: int, number: int) -> Entity:
    name = f"Thing{owner}x{number}"
    keys = (("id",), ("id", "code"), ("id", "holder { id } number"))[number % 3]
    return Entity(name, owner, keys)


class _Writer:
    """Writes one subgraph."""

    def __init__(
        self,
        number: int,
        count: int,
        types: int,
        entities: dict[int, list[Entity]],
        choose: random.Random,
    ) -> None:
        self.number = number
        self.count = count
        self.types = types
        self.choose = choose
        self.own = entities[number]
        self.parts: list[str] = []
        self.queries: list[str] = []
        self.written = _SHARED_TYPES
        others = [i for i in range(count) if i != number]
        # The neighbour after which a subgraph comes: it takes one of its fields over.
        self.before = (number - 1) % count if count > 1 else None
        near = self.choose.sample(others, min(_NEIGHBOURS, len(others)))
        self.neighbours = [
            self.choose.choice([e for e in entities[i] if e.name != f"Thing{i}x3"]) for i in near
        ]
        extended = self.choose.sample(CORE, _CORE_EXTENDED)
        owned = CORE[number] if number < len(CORE) else None
        self.cores = [name for name in extended if name != owned and CORE.index(name) < count]
        self.owned_core = owned

    def source(self) -> SubgraphSource:
        name = f"platform{self.number:03}"
        if self.owned_core:
            self._core(self.owned_core)
        for core in self.cores:
            self._extended_core(core)
        for entity in self.neighbours:
            self._extended(entity)
        if self.before is not None:
            self._takeover(self.before)
        for index, entity in enumerate(self.own):
            self._entity(index, entity)
        self._abstract()
        self._inputs()
        while self.written < self.types:
            self._detail()
        queries = "\n  ".join(self.queries)
        prefix = f"p{self.number}"
        roots = (
            f"type Query {{\n  {queries}\n}}\n"
            f"type Mutation {{ {prefix}Save(input: Input{self.number}x0!): {self.own[0].name} }}\n"
        )
        sdl = "\n".join([_HEADER, _SHARED, *self.parts, roots])
        return SubgraphSource(name, f"http://{name}.example/graphql", sdl)

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.written += 1

    def _reference(self) -> str:
        names = [e.name for e in (*self.own, *self.neighbours)] + self.cores
        name = self.choose.choice(names)
        return self.choose.choice([name, f"[{name}!]!", f"{name}"])

    def _core(self, name: str) -> None:
        self._add(
            f'"""The core entity {name}."""\n'
            f'type {name} implements Node @key(fields: "id") @key(fields: "number") {{\n'
            "  id: ID!\n  number: String!\n  title: String\n  jurisdiction: Jurisdiction\n"
            f"  price: Money\n  seat: Address\n  related: [{name}!]!\n}}"
        )
        self.queries.append(f"{name.lower()}(id: ID!): {name}")

    def _extended_core(self, name: str) -> None:
        n = self.number
        self._add(
            f'type {name} @key(fields: "id") {{\n  id: ID!\n  title: String @external\n'
            f"  p{n}Count: Int!\n  p{n}Fee: Money\n  p{n}Things: [{self.own[0].name}!]!\n"
            f'  p{n}Label: String @requires(fields: "title")\n}}'
        )
        self.queries.append(f"p{n}{name}s(first: Int = 20): [{name}!]!")

    def _extended(self, entity: Entity) -> None:
        n = self.number
        self._add(
            f'type {entity.name} @key(fields: "id") {{\n  id: ID!\n  name: String @external\n'
            f'  p{n}Note: String @requires(fields: "name")\n  p{n}Score: Float\n}}'
        )
        self.queries.append(f'p{n}{entity.name}: {entity.name} @provides(fields: "name")')

    def _takeover(self, before: int) -> None:
        name = f"Thing{before}x3"
        self._add(
            f'type {name} @key(fields: "id") {{\n  id: ID!\n'
            f'  moved: Int @override(from: "platform{before:03}")\n}}'
        )

    def _entity(self, index: int, entity: Entity) -> None:
        keys = " ".join(f'@key(fields: "{key}")' for key in entity.keys)
        lines = [
            "id: ID!",
            '"Its name, as registered."\n  name: String @shareable',
            "recordedAt: DateTime",
            "recordedBy: String",
            "price(currency: Currency = CNY): Money",
            "valid: Period",
            f"next: {self._reference()}",
            f"parts(first: Int = 10, after: String): {self._connection()}",
        ]
        if "code" in entity.keys:
            lines.append("code: String!")
        if len(entity.keys) > 1 and "holder" in entity.keys[1]:
            lines += [f"holder: {self.own[0].name}!", "number: Int!"]
        if index == 3:
            lines.append("moved: Int")
        if index % 4 == 0:
            lines.append('internal: String @inaccessible\n  open: String @tag(name: "public")')
        if index % 5 == 0:
            lines.append('old: String @deprecated(reason: "Use name.")')
        body = "\n  ".join(lines)
        self._add(f"type {entity.name} implements Node & Recorded {keys} {{\n  {body}\n}}")
        self.queries.append(f"{entity.name.lower()}(id: ID!): {entity.name}")

    def _connection(self) -> str:
        name = f"Page{self.number}x{len(self.parts)}"
        self._add(
            f"type {name} {{ nodes: [{self._reference().strip('[]!')}!]! pageInfo: PageInfo! }}"
        )
        return f"{name}!"

    def _abstract(self) -> None:
        n = self.number
        members = " | ".join(entity.name for entity in self.own[:4])
        self._add(f"union Found{n} = {members}")
        self.queries.append(f"p{n}Search(text: String!): [Found{n}!]!")
        self.queries.append(f"p{n}Node(id: ID!): Node")

    def _inputs(self) -> None:
        n = self.number
        for index in range(4):
            self._add(f"enum State{n}x{index} {{ DRAFT OPEN CLOSED }}")
            self._add(
                f"input Input{n}x{index} {{ name: String! state: State{n}x{index} = DRAFT "
                "tags: [String!] }"
            )

    def _detail(self) -> None:
        name = f"Detail{self.number}x{len(self.parts)}"
        fields = f"text: String amount: Money where: Address about: {self._reference()}"
        self._add(f"type {name} {{ {fields} }}")
        self.queries.append(f"{name[0].lower()}{name[1:]}: {name}")
