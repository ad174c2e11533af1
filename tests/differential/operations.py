"""Random valid operations over a schema: everything a client's document may hold.

Fragments (named, inline, with and without type condition), aliases from a small set so that they
meet across types, conditions with variables and literals, variables with defaults, input objects,
`__typename`, introspection, mutations.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)

_INTROSPECTION = (
    "__schema { queryType { name } mutationType { name } types { name kind } }",
    "__schema { directives { name locations args { name } } }",
    "__type(name: %s) { kind name fields { name args { name type { name kind } } type { name kind "
    "ofType { name kind } } } possibleTypes { name } interfaces { name } enumValues { name } }",
)


@dataclass(frozen=True, slots=True)
class RandomOperation:
    text: str
    variables: dict[str, Any]


def random_operation(schema: GraphQLSchema, seed: int) -> RandomOperation:
    """Return an operation that is valid on `schema`; fewer aliases after each that is not."""
    for attempt in range(20):
        made = _Operation(schema, random.Random(f"{seed}/{attempt}"), attempt)
        found = made.build()
        if not validate(schema, parse(found.text)):
            return found
    raise AssertionError(f"no valid operation from seed {seed}")


class _Operation:
    def __init__(self, schema: GraphQLSchema, draw: random.Random, caution: int) -> None:
        self.schema, self.draw = schema, draw
        self.alias_chance = 0.35 if caution < 3 else 0.05
        # Arguments differ from one use of a field to the next, which needs aliases of its own.
        self.unique_aliases = caution >= 1
        self.aliases = 0
        self.definitions: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.fragments: dict[str, tuple[str, str]] = {}
        self.budget = draw.choice([8, 20, 45])

    def build(self) -> RandomOperation:
        mutation = self.schema.mutation_type is not None and self.draw.random() < 0.15
        root = self.schema.mutation_type if mutation else self.schema.query_type
        assert root is not None
        body = self._selections(root.name, self.draw.randint(2, 4), root=True)
        head = ", ".join(self.definitions.values())
        kind = "mutation" if mutation else "query"
        parts = [f"{kind} Q({head}) {body}" if head else f"{kind} Q {body}"]
        for name, (condition, inner) in self.fragments.items():
            if f"...{name}" in "".join((body, *(i for _, i in self.fragments.values()))):
                parts.append(f"fragment {name} on {condition} {inner}")
        return RandomOperation("\n".join(parts), self.values)

    def _chance(self, chance: float) -> bool:
        return self.draw.random() < chance

    def _selections(self, name: str, depth: int, root: bool = False) -> str:
        known: Any = self.schema.type_map[name]
        fields = list(getattr(known, "fields", {}))
        if depth <= 0:
            fields = [f for f in fields if is_leaf_type(get_named_type(known.fields[f].type))]
        parts: list[str] = []
        wanted = self.draw.randint(1, 3 if root else 5)
        for field in self.draw.sample(fields, min(wanted, len(fields))):
            parts.append(self._field(name, field, depth))
        if self._chance(0.25):
            parts.append("t: __typename" if self._chance(0.3) else "__typename")
        if root and name == "Query" and self._chance(0.08):
            text = self.draw.choice(_INTROSPECTION)
            names = [t for t in self.schema.type_map if not t.startswith("__")]
            parts.append(text % json.dumps(self.draw.choice(names)) if "%" in text else text)
        if not root or self._chance(0.15):
            parts += self._fragments_of(known, depth)
        if root and name == "Mutation" and self._chance(0.5):
            # Selected a second time: which is the first depends on variables.
            again = f"... {self._condition(1)} {{ {self.draw.choice(parts)} }}"
            parts.insert(self.draw.randrange(len(parts)), again)
        self.draw.shuffle(parts)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _fragments_of(self, known: Any, depth: int) -> list[str]:
        parts: list[str] = []
        if is_abstract_type(known):
            possible = sorted(t.name for t in self.schema.get_possible_types(known))
            for target in self.draw.sample(possible, self.draw.randint(1, len(possible))):
                parts.append(self._fragment(target, depth - 1 if self._chance(0.5) else depth))
            others = [i.name for t in possible for i in self.schema.type_map[t].interfaces]  # type: ignore[attr-defined]
            if others and self._chance(0.25):
                parts.append(self._fragment(self.draw.choice(sorted(set(others))), depth - 1))
        elif self._chance(0.12):
            targets = [known.name, "", *(i.name for i in getattr(known, "interfaces", ()))]
            for union in self.schema.type_map.values():
                if is_abstract_type(union) and known in self.schema.get_possible_types(union):
                    targets.append(union.name)
            target = self.draw.choice(targets)
            parts.append(self._fragment(target, depth - 1, known.name))
        return parts

    def _fragment(self, target: str, depth: int, here: str = "") -> str:
        if self.budget <= 0:
            return "__typename"
        if target and self._chance(0.3):
            same = [n for n, (on, _) in self.fragments.items() if on == target]
            if same and self._chance(0.4):
                return f"...{self.draw.choice(same)}{self._condition()}"
            inner = self._selections(target, depth)
            name = f"F{len(self.fragments)}"
            self.fragments[name] = (target, inner)
            return f"...{name}{self._condition()}"
        inner = self._selections(target or here, depth)
        on = f" on {target}" if target else ""
        return f"...{on}{self._condition()} {inner}"

    def _field(self, type_name: str, field: str, depth: int) -> str:
        known: Any = self.schema.type_map[type_name]
        definition = known.fields[field]
        target = get_named_type(definition.type)
        self.budget -= 1
        if not is_leaf_type(target) and (depth <= 0 or self.budget < 0):
            return "__typename"
        arguments = [
            f"{name}: {self._input(argument.type, 2)}"
            for name, argument in definition.args.items()
            if is_required_argument(argument) or self._chance(0.6)
        ]
        text = field
        if (arguments and (self.unique_aliases or self._chance(0.5))) or (
            self.unique_aliases and self._chance(0.2)
        ):
            self.aliases += 1
            text = f"x{self.aliases}: {field}"
        elif self._chance(self.alias_chance):
            text = f"{self.draw.choice('abcd')}: {field}"
        if arguments:
            text += f"({', '.join(arguments)})"
        text += self._condition()
        if not is_leaf_type(target):
            text += " " + self._selections(target.name, depth - 1)
        if self._chance(0.04):
            text += " " + text  # the same again, to be merged
        return text

    # Values

    def _condition(self, chance: float = 0.13) -> str:
        if not self._chance(chance):
            return ""
        text = ""
        for directive in self.draw.sample(["include", "skip"], 1 if self._chance(0.85) else 2):
            if self._chance(0.15):
                value = self.draw.choice(["true", "false"])
            else:
                name = self.draw.choice(["yes", "no", "maybe"])
                if name == "maybe":
                    self.definitions[name] = "$maybe: Boolean = true"
                    if "maybe" not in self.values and self._chance(0.3):
                        self.values[name] = self._chance(0.5)
                else:
                    self.definitions[name] = f"${name}: Boolean!"
                    self.values[name] = name == "yes"
                value = f"${name}"
            text += f" @{directive}(if: {value})"
        return text

    def _input(self, kind: Any, depth: int) -> str:
        """Return a literal for an input position, with variables in it here and there."""
        if self._chance(0.35):
            return self._variable(kind)
        return self._literal(kind, depth)

    def _variable(self, kind: Any) -> str:
        name = f"v{len(self.definitions)}"
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        default = ""
        if self._chance(0.4):
            default = f" = {self._constant(nullable, 2)}"
            declared = str(nullable) if self._chance(0.7) else f"{nullable}!"
        else:
            declared = str(kind)
        self.definitions[name] = f"${name}: {declared}{default}"
        if (not default and declared.endswith("!")) or self._chance(0.6):
            self.values[name] = self._json(nullable, 2)
        elif self._chance(0.3) and not declared.endswith("!") and kind is nullable:
            self.values[name] = None
        return f"${name}"

    def _constant(self, kind: Any, depth: int) -> str:
        return _literal_of(self._json(kind, depth), kind)

    def _literal(self, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLNonNull):
            return self._literal(kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            if self._chance(0.15) and isinstance(get_named_type(kind), GraphQLEnumType):
                return self._literal(kind.of_type, depth)  # one item stands for a list of it
            inner = [self._input(kind.of_type, depth - 1) for _ in range(self.draw.randint(0, 2))]
            return f"[{', '.join(inner)}]"
        if isinstance(kind, GraphQLInputObjectType):
            members = []
            for name, field in kind.fields.items():
                required = isinstance(field.type, GraphQLNonNull) and field.default_value is None
                if required or (depth > 0 and self._chance(0.5)):
                    members.append(f"{name}: {self._input(field.type, depth - 1)}")
            return f"{{{', '.join(members)}}}"
        return self._constant(kind, depth)

    def _json(self, kind: Any, depth: int) -> Any:
        draw = self.draw
        if isinstance(kind, GraphQLNonNull):
            return self._json(kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            return [self._json(kind.of_type, depth - 1) for _ in range(draw.randint(0, 2))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._json(field.type, depth - 1)
                for name, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or (depth > 0 and self._chance(0.5))
            }
        if isinstance(kind, GraphQLEnumType):
            return draw.choice(sorted(kind.values))
        return {
            "Int": draw.choice([0, 1, 2, -7]),
            "Float": draw.choice([0.5, -2.25]),
            "Boolean": draw.random() < 0.5,
            "String": draw.choice(["", "a", '专利 "x"\n\\']),
            "ID": draw.choice(["1", "x-2"]),
        }.get(kind.name, draw.choice([1, "s", [1, "z"], {"k": [True]}]))


def _literal_of(value: Any, kind: Any) -> str:
    """Return a JSON value as a GraphQL literal."""
    if isinstance(kind, GraphQLNonNull):
        return _literal_of(value, kind.of_type)
    if isinstance(kind, GraphQLEnumType):
        return str(value)
    if isinstance(value, list):
        item = kind.of_type if isinstance(kind, GraphQLList) else kind
        return f"[{', '.join(_literal_of(one, item) for one in value)}]"
    if isinstance(value, dict):
        fields = getattr(kind, "fields", {})
        members = [
            f"{name}: {_literal_of(one, fields[name].type if name in fields else kind)}"
            for name, one in value.items()
        ]
        return f"{{{', '.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)
