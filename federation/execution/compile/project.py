"""Generated: from the data to the answer, on the fast road.

`begin(variables, repeated)` makes what one request needs: the conditions' values, a table per
spliced object shape, and the identities of objects that repeat. `project(data, state)` returns
the answer's `data` in the client's order and raises `Irregular` at the first value that is not as
the shape says (null where none may be, wrong type, hidden enum value, unknown object type). Nulls
where they may be are regular.

One function per object and list shape, equal ones once; so the Python stack is as deep as the
answer, and the code as long as the operation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from federation.execution.compile.analysis import KeyPath
from federation.execution.compile.source import Source, called, literal
from federation.plan.shape import (
    Condition,
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    RawShape,
    ResponseShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)

# What must not hold for a leaf to be taken as it is; then `runtime` looks closer. The class is
# compared first: it decides nearly always, also where null is allowed.
_PLAIN_TESTS = {
    "String": f"{{0}}.__class__ is not {called('str')}",
    "ID": f"{{0}}.__class__ is not {called('str')}",
    "Int": "({0}.__class__ is not int or not -2147483648 <= {0} <= 2147483647)",
    "Float": f"{{0}}.__class__ is not {called('float')}",
    "Boolean": f"{{0}}.__class__ is not {called('bool')}",
}
_FUNCTIONS = {
    "String": called("leaf_string"),
    "ID": called("leaf_id"),
    "Int": called("leaf_int"),
    "Float": called("leaf_float"),
    "Boolean": called("leaf_boolean"),
}


def write_project(source: Source, shape: ResponseShape, spliced: frozenset[KeyPath]) -> None:
    """Write `project` and `begin` for the whole answer."""
    writer = _Writer(source, spliced)
    root = writer.define_object(shape.root, (), is_root=True)
    source.make("project", root)
    with source.function("begin(variables, repeated)", "conditions and tables of one request"):
        parts = [_condition(condition) for condition in writer.conditions]
        parts += ["{}"] * len(writer.tables) + ["repeated"]
        # Tables stand behind the conditions; both are found by number.
        source.line(f"return ({''.join(part + ', ' for part in parts)})")


def _condition(condition: Condition) -> str:
    alternatives = [
        " and ".join(f"variables.get({literal(name)}) is {wanted}" for name, wanted in conjunction)
        or "True"
        for conjunction in condition
    ]
    return " or ".join(f"({alternative})" for alternative in alternatives)


@dataclass(slots=True)
class _Writer:
    source: Source
    spliced: frozenset[KeyPath]
    conditions: dict[Condition, int] = field(default_factory=dict)
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)

    def define_object(self, shape: ObjectShape, path: KeyPath, is_root: bool = False) -> str:
        """Return the function for one object shape, defined after those it calls."""
        values = [self._prepare(member, path) for member in shape.fields]

        def write() -> None:
            self._write_read(shape, is_root)
            if any(map(_is_conditional, shape.fields)):
                self._write_by_condition(shape, values)
            else:
                self._write_at_once(shape, values)

        return self.source.define("object", "item, state", " | ".join(shape.types), write)

    def _write_read(self, shape: ObjectShape, is_root: bool) -> None:
        """Write the reading of all members that are always there, and the test of the type.

        Plain subscripts, the cheapest there is. What is missing (a fetch that failed or had
        nothing to ask) is null, so an object with holes is filled up, as a copy, and read again.
        """
        source = self.source
        empty: dict[str, str | None] = {}
        with source.block("while True:"):
            with source.block("try:"):
                if not is_root:
                    self._write_type_test(shape, empty)
                for number, member in enumerate(shape.fields):
                    if not _is_conditional(member) and _is_read(member):
                        source.line(f"value_{number} = item[{literal(member.source)}]")
                        empty[member.source] = None
                if not empty:
                    with source.block("if item.__class__ is not dict:"):
                        source.line("raise Irregular")
                source.line("break")
            if empty:
                with source.block("except KeyError:"):
                    source.line(f"item = {{**{source.members(empty)}, **item}}")
            with source.block("except TypeError:"):
                source.line("raise Irregular from None")

    def _write_type_test(self, shape: ObjectShape, empty: dict[str, str | None]) -> None:
        source = self.source
        if shape.typename is not None:
            test = f'"__typename" in item and item["__typename"] != {literal(shape.typename)}'
        else:
            empty["__typename"] = None
            source.line('typename = item["__typename"]')
            test = f"typename not in {source.names(shape.types)}"
        with source.block(f"if {test}:"):
            source.line("raise Irregular")

    def _write_at_once(self, shape: ObjectShape, values: list[str]) -> None:
        members = []
        for number, (member, value) in enumerate(zip(shape.fields, values, strict=True)):
            text = self._write_value(shape, member, value, f"value_{number}")
            members.append(f"{literal(member.key)}: {text}")
        self.source.line(f"return {{{', '.join(members)}}}")

    def _write_by_condition(self, shape: ObjectShape, values: list[str]) -> None:
        source = self.source
        source.line("result = {}")
        for number, (member, value) in enumerate(zip(shape.fields, values, strict=True)):
            variable = f"value_{number}"
            if not _is_conditional(member):
                text = self._write_value(shape, member, value, variable)
                source.line(f"result[{literal(member.key)}] = {text}")
                continue
            tests = []
            if member.conditions:
                index = self.conditions.setdefault(member.conditions, len(self.conditions))
                tests.append(f"state[{index}]")
            if member.types is not None:
                typename = "typename" if shape.typename is None else literal(shape.typename)
                tests.append(source.is_one_of(typename, member.types))
            with source.block(f"if {' and '.join(tests)}:"):
                if _is_read(member):
                    source.line(f"{variable} = item.get({literal(member.source)})")
                text = self._write_value(shape, member, value, variable)
                source.line(f"result[{literal(member.key)}] = {text}")
        source.line("return result")

    def _write_value(
        self, shape: ObjectShape, member: FieldShape, value: str, variable: str
    ) -> str:
        """Write the statements that check a member; return the expression of its value."""
        source = self.source
        match member.value:
            case TypenameShape():
                return "typename" if shape.typename is None else literal(shape.typename)
            case WithheldShape():
                if not member.nullable:
                    source.line("raise Irregular")
                return "None"
            case RawShape():
                return variable
            case LeafShape(scalar, None) if scalar not in _PLAIN_TESTS:
                if not member.nullable:
                    with source.block(f"if {variable} is None:"):
                        source.line("raise Irregular")
                return variable
            case LeafShape():
                test = self._leaf_test(member.value, variable)
                if member.nullable:
                    test = f"{test} and {variable} is not None"
                with source.block(f"if {test}:"):
                    source.line(f"{variable} = {value.format(variable)}")
                return variable
            case ObjectShape() | ListShape():
                call = value.format(variable)
                return f"None if {variable} is None else {call}" if member.nullable else call

    def _leaf_test(self, leaf: LeafShape, variable: str) -> str:
        if leaf.allowed is None:
            return _PLAIN_TESTS[leaf.scalar].format(variable)
        names = self.source.names(leaf.allowed)
        return f"({variable}.__class__ is not str or {variable} not in {names})"

    def _prepare(self, member: FieldShape, path: KeyPath) -> str:
        """Write the functions a member needs; return a call with a place for the value."""
        return self._value(member.value, (*path, member.source))

    def _value(self, shape: ValueShape, path: KeyPath) -> str:
        match shape:
            case LeafShape(_, allowed) if allowed is not None:
                return f"leaf_enum({{0}}, {self.source.names(allowed)})"
            case LeafShape(scalar):
                return f"{_FUNCTIONS[scalar]}({{0}})" if scalar in _FUNCTIONS else "{0}"
            case ObjectShape():
                return self._object(shape, path)
            case ListShape():
                return f"{self._list(shape, path)}({{0}}, state)"
            case TypenameShape() | RawShape() | WithheldShape():
                return "{0}"

    def _list(self, shape: ListShape, path: KeyPath) -> str:
        item = self._value(shape.item, path).format("item")
        if shape.nullable_items:
            item = f"None if item is None else {item}"
        custom = isinstance(shape.item, LeafShape) and item == "item"

        def write() -> None:
            with self.source.block("if items.__class__ is not list:"):
                self.source.line("raise Irregular")
            if custom:
                with self.source.block("if None in items:"):
                    self.source.line("raise Irregular")
            self.source.line(f"return [{item} for item in items]")

        return self.source.define("list", "items, state", "list", write)

    def _object(self, shape: ObjectShape, path: KeyPath) -> str:
        """Define an object's functions; return a call with a place for the value."""
        name = self.define_object(shape, path)
        if path not in self.spliced or len(shape.fields) < 2:
            return f"{name}({{0}}, state)"
        if name not in self.tables:
            self.tables[name] = (len(self.tables) + 2, self._define_table(name))
        number, table = self.tables[name]
        place = self.source.number(-number)
        return f"(state[{place}].get(id({{0}})) or {table}({{0}}, state))"

    def _define_table(self, name: str) -> str:
        place = self.source.number(-len(self.tables) - 2)

        def write() -> None:
            with self.source.block("if id(item) not in state[-1]:"):
                self.source.line(f"return {name}(item, state)")
            text = f"Fragment(encode({name}(item, state)))"
            self.source.line(f"text = state[{place}][id(item)] = {text}")
            self.source.line("return text")

        about = "written once, spliced where repeated"
        return self.source.define("table", "item, state", about, write)


def _is_conditional(member: FieldShape) -> bool:
    return bool(member.conditions) or member.types is not None


def _is_read(member: FieldShape) -> bool:
    """Whether the member's value comes from the data under its own name."""
    return not isinstance(member.value, TypenameShape | WithheldShape)
