"""The definition of a type with fields, read from its words without a syntax tree.

Reads what `reader` would read from the tree; what is equal in many places (a type, a directive with
its arguments) is read once and shared. Raises `NotPlain` where anything is unusual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    ConstValueNode,
    StringValueNode,
    parse_const_value,
)

from federation.language import ListOf, Named, NonNull, TypeRef, parse_directive
from federation.supergraph.header import Header
from federation.supergraph.model import (
    Field,
    InputValue,
    JoinField,
    JoinImplements,
    JoinType,
    TypeDef,
    TypeKind,
)
from federation.supergraph.type_texts import NotPlain, TypeText

_KINDS = {"type": TypeKind.OBJECT, "interface": TypeKind.INTERFACE, "input": TypeKind.INPUT}
_CLOSING = {"[": "]", "{": "}"}

Nodes = tuple[ConstDirectiveNode, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What one text of a directive says, wherever it stands: an author's, or of the join spec."""

    authors: Nodes
    joins: tuple[JoinField, ...]


@dataclass(slots=True)
class QuickReader:
    """For one document. `field_joins` and `type_joins` read directives as `reader` does."""

    header: Header
    field_joins: Callable[[Nodes, str], tuple[JoinField, ...]]
    type_joins: Callable[[Nodes, str], tuple[JoinType, ...]]
    implements: Callable[[Nodes, str], tuple[JoinImplements, ...]]
    applied: dict[str, Applied] = field(default_factory=dict)
    types: dict[TypeRef, TypeRef] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def read(self, text: TypeText) -> TypeDef:
        """Return the type. Raises `NotPlain`, and `SupergraphError` as `reader` does."""
        words = text.words
        try:
            return self._type(words)
        except IndexError:
            raise NotPlain from None

    def _type(self, words: list[str]) -> TypeDef:
        description, at = self._description(words, 0)
        kind = _KINDS[words[at]]
        name = _name(words[at + 1])
        at += 2
        interfaces: list[str] = []
        if words[at] == "implements" and kind is not TypeKind.INPUT:
            at += 1
            if words[at] == "&":
                at += 1
            interfaces.append(_name(words[at]))
            at += 1
            while words[at] == "&":
                interfaces.append(_name(words[at + 1]))
                at += 2
        nodes, at = self._nodes(words, at)
        if words[at] != "{":
            raise NotPlain
        members: dict[str, Any] = {}
        read = self._input if kind is TypeKind.INPUT else self._field
        at += 1
        end = len(words) - 1
        while at < end:
            member, at = read(words, at, name)
            members[member.name] = member
        if at != end or not members:
            raise NotPlain
        return TypeDef(
            name=name,
            kind=kind,
            description=description,
            directives=self.header.author_directives(nodes),
            joins=self.type_joins(nodes, name),
            interfaces=tuple(interfaces),
            join_implements=() if kind is TypeKind.INPUT else self.implements(nodes, name),
            fields={} if kind is TypeKind.INPUT else members,
            input_fields=members if kind is TypeKind.INPUT else {},
        )

    def _field(self, words: list[str], at: int, parent: str) -> tuple[Field, int]:
        description = None
        if words[at][0] == '"':
            description, at = self._description(words, at)
        name = _name(words[at])
        at += 1
        arguments: tuple[InputValue, ...] = ()
        if words[at] == "(":
            arguments, at = self._arguments(words, at + 1, f"{parent}.{name}")
        if words[at] != ":":
            raise NotPlain
        type_, at = self._ref(words, at + 1)
        applied, at = self._applied(words, at, parent, name)
        return Field(name, type_, arguments, description, applied.authors, applied.joins), at

    def _arguments(
        self, words: list[str], at: int, parent: str
    ) -> tuple[tuple[InputValue, ...], int]:
        found = []
        while words[at] != ")":
            argument, at = self._input(words, at, parent)
            found.append(argument)
        if not found:
            raise NotPlain
        return tuple(found), at + 1

    def _input(self, words: list[str], at: int, parent: str) -> tuple[InputValue, int]:
        description = None
        if words[at][0] == '"':
            description, at = self._description(words, at)
        name = _name(words[at])
        if words[at + 1] != ":":
            raise NotPlain
        type_, at = self._ref(words, at + 2)
        default = None
        if words[at] == "=":
            default, at = _value(words, at + 1)
        applied, at = self._applied(words, at, parent, name)
        value = InputValue(name, type_, default, description, applied.authors, applied.joins)
        return value, at

    def _description(self, words: list[str], at: int) -> tuple[str | None, int]:
        word = words[at]
        if word[0] != '"':
            return None, at
        if "\\" not in word and word[:3] != '"""':
            return word[1:-1], at + 1
        known = self.texts.get(word)
        if known is None:
            node = parse_const_value(word, no_location=True)
            assert isinstance(node, StringValueNode)
            known = self.texts[word] = node.value
        return known, at + 1

    def _ref(self, words: list[str], at: int) -> tuple[TypeRef, int]:
        word = words[at]
        at += 1
        type_: Named | ListOf
        if word == "[":
            inner, at = self._ref(words, at)
            if words[at] != "]":
                raise NotPlain
            at += 1
            type_ = self._shared(ListOf(inner))
        else:
            type_ = self._shared(Named(_name(word)))
        if words[at] == "!":
            return self._shared(NonNull(type_)), at + 1
        return type_, at

    def _shared(self, type_: Any) -> Any:
        return self.types.setdefault(type_, type_)

    def _applied(self, words: list[str], at: int, parent: str, name: str) -> tuple[Applied, int]:
        if words[at] != "@":
            return _NOTHING, at
        start = at
        while words[at] == "@":
            at = _directive_end(words, at)
        text = " ".join(words[start:at])
        known = self.applied.get(text)
        if known is None:
            nodes, _ = self._nodes(words, start)
            known = self.applied[text] = Applied(
                self.header.author_directives(nodes), self.field_joins(nodes, f"{parent}.{name}")
            )
        return known, at

    def _nodes(self, words: list[str], at: int) -> tuple[Nodes, int]:
        nodes = []
        while words[at] == "@":
            end = _directive_end(words, at)
            nodes.append(parse_directive(" ".join(words[at:end])))
            at = end
        return tuple(nodes), at


_NOTHING = Applied((), ())


def _name(word: str) -> str:
    if not word.isidentifier():
        raise NotPlain
    return word


def _directive_end(words: list[str], at: int) -> int:
    """Return where the directive that begins at `at` ends."""
    _name(words[at + 1])
    if words[at + 2] != "(":
        return at + 2
    try:
        # Constants have no parentheses.
        return words.index(")", at) + 1
    except ValueError:
        raise NotPlain from None


def _value(words: list[str], at: int) -> tuple[ConstValueNode, int]:
    """Return the constant that begins at `at`."""
    end = at
    depth = 0
    while True:
        word = words[end]
        depth += word in _CLOSING
        depth -= word in _CLOSING.values()
        end += 1
        if not depth:
            break
    return parse_const_value(" ".join(words[at:end]), no_location=True), end
