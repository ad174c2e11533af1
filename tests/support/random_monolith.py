"""A random schema with everything a schema can have, as one server would write it.

Built to be cut into subgraphs (`random_cut`): entities have `id` and `code`; value types, whose
objects no key can find, are known whole wherever they are used; one interface is for entities,
one for value types. Data plays no part: what is compared is the schema clients see.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

KEYS = ("id", "code")


@dataclass
class Value:
    """An argument or an input field."""

    name: str
    type: str
    default: str = ""
    description: str = ""
    deprecated: bool = False


@dataclass
class FieldDef:
    name: str
    type: str
    arguments: list[Value] = field(default_factory=list)
    description: str = ""
    deprecated: bool = False


@dataclass
class TypeDef:
    """`kind` is the keyword; which members are filled depends on it."""

    kind: str
    name: str
    description: str = ""
    fields: list[FieldDef] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    inputs: list[Value] = field(default_factory=list)
    members: list[str] = field(default_factory=list)


def named(text: str) -> str:
    """Return the innermost name of a type as written."""
    return text.strip("[]!")


class RandomMonolith:
    """`types` by name, roots included; `entities` are the names of the types with keys."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.types: dict[str, TypeDef] = {}
        self.entities = [f"T{i}" for i in range(choose.randint(1, 4))]
        self.values = [f"V{i}" for i in range(choose.randint(1, 3))]
        self.leaves = ["String", "Int", "Float", "Boolean", "ID"]
        for i in range(choose.randint(0, 2)):
            self._add(TypeDef("scalar", f"S{i}"))
            self.leaves.append(f"S{i}")
        for i in range(choose.randint(1, 3)):
            members = [f"A{n}" for n in range(choose.randint(1, 4))]
            self._add(TypeDef("enum", f"E{i}", members=members))
            self.leaves.append(f"E{i}")
        # Inputs refer to earlier ones only: no circle of required fields.
        self.inputs: list[str] = []
        for i in range(choose.randint(0, 3)):
            values = [self._value(f"i{n}") for n in range(choose.randint(1, 3))]
            self._add(TypeDef("input", f"In{i}", inputs=values))
            self.inputs.append(f"In{i}")
        self._composites()
        self._roots()

    def sdl(self) -> str:
        """Return the schema as one document."""
        return "\n".join(print_type(type_) for type_ in self.types.values())

    def _add(self, type_: TypeDef) -> None:
        type_.description = self._description(type_.name)
        self.types[type_.name] = type_

    def _description(self, name: str) -> str:
        return f"About {name}." if self.choose.random() < 0.5 else ""

    def _wrapped(self, name: str) -> str:
        forms = ("{}", "{}", "{}!", "[{}]", "[{}!]!", "[[{}]!]")
        return self.choose.choice(forms).format(name)

    def _value(self, name: str) -> Value:
        text = self._wrapped(self.choose.choice([*self.leaves, *self.inputs]))
        default = ""
        if self.choose.random() < 0.3:
            default = {"String": '"x"', "Int": "3", "[Int]": "[1, 2]", "E0": "A0"}.get(text, "")
        optional = not text.endswith("!") or bool(default)
        deprecated = optional and self.choose.random() < 0.15
        return Value(name, text, default, self._description(name), deprecated)

    def _field(self, name: str, types: list[str]) -> FieldDef:
        count = self.choose.choice([0, 0, 0, 1, 2])
        return FieldDef(
            name,
            self._wrapped(self.choose.choice(types)),
            [self._value(f"a{i}") for i in range(count)],
            self._description(name),
            self.choose.random() < 0.15,
        )

    def _composites(self) -> None:
        choose = self.choose
        self.of_entities = choose.sample(self.entities, choose.randint(1, len(self.entities)))
        self.of_values = choose.sample(self.values, choose.randint(1, len(self.values)))
        members = choose.sample(
            [*self.entities, *self.values], choose.randint(1, len(self.entities + self.values))
        )
        shared = {
            "I0": [FieldDef("id", "ID!"), *(self._leaf(f"g{i}") for i in range(2))],
            "J0": [self._leaf(f"h{i}") for i in range(choose.randint(1, 2))],
        }
        composite = [*self.entities, *self.values, "I0", "J0", "U0"]
        self.output = [*self.leaves, *composite]
        for name in self.values:
            # Objects of a value type need no call to be whole, so below them are no circles.
            fields = [self._field(f"f{i}", self.output) for i in range(choose.randint(1, 3))]
            self._object(name, fields, "J0" if name in self.of_values else "", shared["J0"])
        for name in self.entities:
            keys = [FieldDef(key, "ID!", description=self._description(key)) for key in KEYS]
            fields = [self._field(f"f{i}", self.output) for i in range(choose.randint(1, 5))]
            fields += [self._leaf(f"x{i}") for i in range(choose.randint(0, 2))]
            has = name in self.of_entities
            self._object(name, [*keys, *fields], "I0" if has else "", shared["I0"][1:])
        for name, declared in shared.items():
            self._add(TypeDef("interface", name, fields=declared))
        self._add(TypeDef("union", "U0", members=sorted(members)))

    def _leaf(self, name: str) -> FieldDef:
        return FieldDef(
            name, self._wrapped(self.choose.choice(self.leaves)), [], self._description(name)
        )

    def _object(
        self, name: str, fields: list[FieldDef], interface: str, declared: list[FieldDef]
    ) -> None:
        own = list(fields)
        if interface:
            for item in declared:
                narrow = "" if item.type.endswith("!") or self.choose.random() < 0.7 else "!"
                own.append(FieldDef(item.name, item.type + narrow, [], self._description("it")))
        self._add(TypeDef("type", name, fields=own, interfaces=[interface] if interface else []))

    def _roots(self) -> None:
        choose = self.choose
        fields = [self._field(f"q{i}", self.output) for i in range(choose.randint(1, 5))]
        fields += [FieldDef(f"all_{name}", f"[{name}!]!") for name in self.entities]
        self._add(TypeDef("type", "Query", fields=fields))
        for root, chance in (("Mutation", 0.5), ("Subscription", 0.3)):
            if choose.random() < chance:
                prefix = root[0].lower()
                count = choose.randint(1, 3)
                made = [self._field(f"{prefix}{i}", self.output) for i in range(count)]
                self._add(TypeDef("type", root, fields=made))


def print_type(type_: TypeDef) -> str:
    """Return a definition as SDL."""
    head = f"{_quoted(type_.description)}{type_.kind} {type_.name}"
    match type_.kind:
        case "scalar":
            return f'{head} @specifiedBy(url: "https://example.com/{type_.name}")'
        case "enum":
            return f"{head} {{ {' '.join(type_.members)} }}"
        case "union":
            return f"{head} = {' | '.join(type_.members)}"
        case "input":
            return head + _block(map(print_value, type_.inputs))
    implements = f" implements {' & '.join(type_.interfaces)}" if type_.interfaces else ""
    return head + implements + _block(map(print_field, type_.fields))


def print_field(item: FieldDef, directives: str = "") -> str:
    """Return a field as SDL, with more directives after its own."""
    arguments = f"({', '.join(map(print_value, item.arguments))})" if item.arguments else ""
    text = f"{_quoted(item.description)}{item.name}{arguments}: {item.type}"
    return f"{text}{_deprecated(item.deprecated)}{directives}"


def print_value(value: Value) -> str:
    """Return an argument or input field as SDL."""
    default = f" = {value.default}" if value.default else ""
    text = f"{_quoted(value.description)}{value.name}: {value.type}{default}"
    return text + _deprecated(value.deprecated)


def _block(lines: Iterable[str]) -> str:
    return " {\n  " + "\n  ".join(lines) + "\n}"


def _quoted(description: str) -> str:
    return f'"{description}" ' if description else ""


def _deprecated(yes: bool) -> str:
    return ' @deprecated(reason: "Old.")' if yes else ""
