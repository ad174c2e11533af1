"""Random documents over one schema that has every kind of type; right ones and slightly wrong ones.

Written from the grammar, not from the rules: wherever something is chosen, there is a small chance
to choose what does not belong there.
"""

from __future__ import annotations

import random

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

SDL = """
directive @note(text: String) repeatable on FIELD | QUERY | VARIABLE_DEFINITION
scalar Any
enum Colour { RED GREEN BLUE }
input Size { width: Int! height: Int = 3 unit: String label: [String!] inner: Size any: Any }
input One @oneOf { a: Int b: String }
interface Node { id: ID! name: String! peers(first: Int = 5): [Node!] }
interface Priced implements Node {
  id: ID! name: String! peers(first: Int = 5): [Node!] price(in: Colour): Float
}
type Book implements Node & Priced {
  id: ID! name: String! peers(first: Int = 5): [Node!] price(in: Colour): Float
  pages: Int author: Person! title(upper: Boolean!): String note: String
}
type Car implements Node {
  id: ID! name: String! peers(first: Int = 5): [Node!]
  seats: Int! owner: Person note: Int pages: [Int] made(size: Size, sizes: [Size!]): Any
}
type Person { id: ID! name: String age: Int things(of: [Colour!], one: One): [Thing] best: Thing }
union Thing = Book | Car
type Query {
  node(id: ID!): Node things: [Thing!]! book(size: Size!, tags: [String]): Book person: Person
  any(value: Any, float: Float, required: [[Int!]!]! = [[1]]): Any colour(of: Colour = RED): Colour
}
type Mutation { rename(id: ID!, name: String): Node }
type Subscription { renamed: Node changed(id: ID): Person }
"""
SCHEMA = build_schema(SDL)


class Writer:
    """Writes one document. `wrong`: the chance of a wrong choice."""

    def __init__(self, seed: str, wrong: float, schema: GraphQLSchema = SCHEMA) -> None:
        self.choose = random.Random(seed)
        self.wrong = wrong
        self.schema = schema
        self.variables: dict[str, str] = {}
        self.fragments: list[tuple[str, str]] = []
        self.left = 40

    def document(self) -> str:
        composite = [t.name for t in self.schema.type_map.values() if is_composite_type(t)]
        visible = sorted(name for name in composite if not name.startswith("__"))
        self.fragments = [
            (f"F{number}", self.choose.choice(visible))
            for number in range(self.choose.randint(0, 4))
        ]
        parts = []
        for number in range(1 if self.choose.random() < 0.8 else 2):
            parts.append(self._operation(number))
        for number, (name, on) in enumerate(self.fragments):
            if self.errs():
                continue
            self.left = 10
            # Only later ones, else there would be a cycle nearly always.
            usable = self.fragments if self.errs() else self.fragments[number + 1 :]
            kept, self.fragments = self.fragments, usable
            parts.append(f"fragment {name} on {on} {self._selections(on)}")
            self.fragments = kept
        if not self.errs():
            # Variables that fragments use belong to every operation.
            parts = [part.replace("(%VARS)", self._definitions()) for part in parts]
        return "\n".join(part.replace("(%VARS)", "") for part in parts)

    def errs(self) -> bool:
        return self.choose.random() < self.wrong

    def _operation(self, number: int) -> str:
        kind = self.choose.choices(["query", "mutation", "subscription"], [12, 2, 1])[0]
        name = f"Op{0 if self.errs() else number}"
        directive = " @note" if self.errs() else ""
        self.left = 40
        root = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}[kind]
        return f"{kind} {name}(%VARS){directive} {self._selections(root)}"

    def _definitions(self) -> str:
        texts = [f"${name}: {kind}" for name, kind in self.variables.items()]
        if self.errs():
            texts.append("$spare: Int = null")
        if texts and self.errs():
            texts.append(self.choose.choice(texts))
        return f"({', '.join(texts)})" if texts else ""

    def _selections(self, parent: str, depth: int = 0) -> str:
        kind = self.schema.type_map[parent]
        items = [self._selection(kind, depth) for _ in range(self.choose.randint(1, 4))]
        return "{ " + " ".join(items) + " }"

    def _selection(self, parent: GraphQLNamedType, depth: int) -> str:
        self.left -= 1
        what = self.choose.random()
        if what < 0.12 and self.fragments:
            fitting = [
                (name, on)
                for name, on in self.fragments
                if self.errs() or on == parent.name or self._meets(on, parent)
            ]
            if fitting:
                name, _ = self.choose.choice(fitting)
                return f"...{'Gone' if self.errs() else name}{self._conditions()}"
        if what < 0.3 and depth < 4 and self.left > 0:
            names = sorted(t.name for t in self.schema.type_map.values() if is_composite_type(t))
            fitting_names = [n for n in names if self._meets(n, parent)] or [parent.name]
            on = self.choose.choice(names if self.errs() else fitting_names)
            head = f"... on {on}" if self.choose.random() < 0.8 else "..."
            inner = on if head != "..." else parent.name
            return f"{head}{self._conditions()} {self._selections(inner, depth + 1)}"
        return self._field(parent, depth)

    def _meets(self, name: str, parent: GraphQLNamedType) -> bool:
        other = self.schema.type_map[name]
        possible = {t.name for t in self._possible(other)} & {
            t.name for t in self._possible(parent)
        }
        return bool(possible) and not name.startswith("__")

    def _possible(self, kind: GraphQLNamedType) -> list[GraphQLObjectType]:
        if isinstance(kind, GraphQLObjectType):
            return [kind]
        return list(self.schema.get_possible_types(kind))  # type: ignore[arg-type]

    def _field(self, parent: GraphQLNamedType, depth: int) -> str:
        fields: dict[str, GraphQLField] = {}
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            fields = parent.fields
        if not fields or self.choose.random() < 0.1:
            return f"__typename{self._conditions()}"
        leaves = {n: f for n, f in fields.items() if is_leaf_type(get_named_type(f.type))}
        if (depth > 3 or self.left <= 0) and leaves:
            fields = leaves
        name = self.choose.choice(sorted(fields))
        field = fields[name]
        alias = f"{self.choose.choice(['a', 'b', name])}: " if self.choose.random() < 0.15 else ""
        if self.errs():
            name = self.choose.choice(["nothing", "__schema", "name"])
        text = f"{alias}{name}{self._arguments(field.args)}{self._conditions()}"
        inner = get_named_type(field.type)
        if is_composite_type(inner) is not self.errs():
            if depth > 6:
                return text + " { __typename }"
            text += " " + self._selections(
                inner.name if is_composite_type(inner) else "Book", depth + 1
            )
        return text

    def _arguments(self, declared: dict[str, GraphQLArgument]) -> str:
        texts = []
        for name, argument in declared.items():
            needed = is_required_argument(argument) is not self.errs()
            if needed or self.choose.random() < 0.3:
                texts.append(f"{name}: {self._value(argument.type)}")
        if self.errs():
            texts.append(self.choose.choice([*texts, "more: 1"]))
        return f"({', '.join(texts)})" if texts else ""

    def _conditions(self) -> str:
        if self.errs():
            return self.choose.choice(
                [" @skip", " @nobody", " @note", " @defer", " @skip(if: 1)",
                 " @include(if: true) @include(if: true)"]
            )  # fmt: skip
        if self.choose.random() < 0.1:
            name = self.choose.choice(["skip", "include"])
            value = self._variable("Boolean!") if self.choose.random() < 0.5 else "true"
            return f" @{name}(if: {value})"
        return ""

    def _variable(self, kind: str) -> str:
        name = f"v{len(self.variables)}"
        if self.errs():
            kind = self.choose.choice(["Int", "String!", "[Int!]", "Book", "Gone", "Size = {}"])
        self.variables[name] = kind
        return f"${name}"

    def _value(self, kind: GraphQLInputType, depth: int = 0) -> str:
        if self.errs():
            return self.choose.choice(
                ["null", "1", '"x"', "1.5", "true", "RED", "[]", "{}", "$gone", "99999999999",
                 "[1, null]", "{a: 1, a: 2}", "1e400"]
            )  # fmt: skip
        if self.choose.random() < 0.15:
            return self._variable(str(kind))
        if is_non_null_type(kind):
            return self._value(kind.of_type, depth)
        if is_list_type(kind):
            if self.choose.random() < 0.2:
                return self._value(kind.of_type, depth)
            items = [self._value(kind.of_type, depth) for _ in range(self.choose.randint(0, 2))]
            return f"[{', '.join(items)}]"
        named = get_named_type(kind)
        if isinstance(named, GraphQLEnumType):
            return self.choose.choice(sorted(named.values))
        if isinstance(named, GraphQLInputObjectType):
            return self._object(named, depth)
        return {
            "Int": "7", "Float": self.choose.choice(["1", "1.5", "2e3"]), "String": '"s"',
            "ID": self.choose.choice(['"i"', "4"]), "Boolean": "false",
            "Any": self.choose.choice(["1", '"s"', "{a: [1, {b: RED}]}", "null", "{a: $gone}"]),
        }[named.name]  # fmt: skip

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> str:
        if kind.is_one_of:
            return self.choose.choice(["{a: 1}", '{b: "s"}', "{a: $gone}", "{a: 1}"])
        texts = [
            f"{name}: {self._value(field.type, depth + 1)}"
            for name, field in kind.fields.items()
            if is_required_input_field(field) or (depth < 2 and self.choose.random() < 0.3)
        ]
        return "{" + ", ".join(texts) + "}"
