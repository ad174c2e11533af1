"""A contract: what of the graph one audience sees, chosen by `@tag`. `Supergraph` → `Supergraph`.

Nothing is deleted. What the audience must not see is marked `@inaccessible`, so keys, requires and
everything else subgraphs need among themselves go on working.

The rules are those of GraphOS contracts:

1. An element with an excluded tag is hidden, whatever else it has.
2. With included tags, fields of objects and interfaces, and unions, are hidden unless they have
   one. Arguments, enum values, input types and their fields, and scalars are not asked for one.
3. A tag on an object or interface type counts as a tag on each of its fields.
4. A type of which nothing visible is left is hidden. So is an interface's field where a type that
   implements it hides its own.
5. On demand, types that no visible field, argument or executable directive leads to are hidden,
   unless they have an included tag.

One rule is ours, for views made at run time from what a caller may do: a tag `gate/key` whose gate
is closed hides its element from everybody who holds none of the element's keys to this gate.

Whether what is left makes sense to clients is judged by `federation.composition.contract`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import ConstDirectiveNode

from federation.language import directive_arguments, parse_directive
from federation.supergraph import specs
from federation.supergraph.api_schema import is_inaccessible
from federation.supergraph.model import Field, InputValue, Link, Supergraph, TypeDef, TypeKind
from federation.supergraph.reachable import reachable_types

_TAG = re.compile(r"[A-Za-z0-9_/-]{1,128}")
_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE)
_INACCESSIBLE = parse_directive("@inaccessible")
_Directives = tuple[ConstDirectiveNode, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """What an audience sees; hashable, so that a caller can cache by it.

    `gates`: the first parts of tags such as `role/CNIPA_ADMIN`; `held`: the whole tags of this sort
    that the audience holds. Elements without a tag of a gate are open.
    """

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    hide_unreachable: bool = False
    gates: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def problem(self) -> str | None:
        """Return what is wrong with the tags themselves; None when nothing is."""
        for tag in sorted(self.include | self.exclude | self.gates | self.held):
            if not _TAG.fullmatch(tag):
                return (
                    f'"{tag}" cannot be a tag: letters, digits, "_", "-" and "/" only, at most 128.'
                )
        both = sorted(self.include & self.exclude)
        if both:
            return f'The tag "{both[0]}" is both included and excluded. Decide for one.'
        return None

    def shuts_out(self, tags: frozenset[str]) -> bool:
        """Whether an element with these tags is behind a gate the audience has no key to.

        >>> view = Contract(gates=frozenset({"role"}), held=frozenset({"role/A"}))
        >>> view.shuts_out(frozenset({"role/A", "role/B"})), view.shuts_out(frozenset({"role/B"}))
        (False, True)
        """
        for gate in self.gates:
            keys = {tag for tag in tags if tag.partition("/")[0] == gate and tag != gate}
            if keys and not keys & self.held:
                return True
        return False


def tags_of(directives: Iterable[ConstDirectiveNode]) -> frozenset[str]:
    """Return the names of the tags among directives."""
    return frozenset(
        str(directive_arguments(node).get("name"))
        for node in directives
        if node.name.value == "tag"
    )


def known_tags(supergraph: Supergraph) -> frozenset[str]:
    """Return every tag that is used somewhere in the supergraph."""
    found: set[str] = set()
    for type_ in supergraph.types.values():
        found |= tags_of(type_.directives)
        for member in _members(type_):
            found |= tags_of(member.directives)
            for argument in getattr(member, "arguments", ()):
                found |= tags_of(argument.directives)
    return frozenset(found)


def hide_by_contract(supergraph: Supergraph, contract: Contract) -> Supergraph:
    """Return the supergraph with everything marked that the contract hides."""
    marking = _Marking(supergraph, contract)
    marking.hide_by_tags()
    marking.hide_interface_fields()
    marking.hide_emptied()
    if contract.hide_unreachable:
        marking.hide_unreachable()
    return marking.result()


@dataclass(slots=True)
class _Marking:
    """The elements to be hidden, by coordinate, growing rule by rule."""

    supergraph: Supergraph
    contract: Contract
    hidden: set[str] = field(default_factory=set)

    # Rules

    def hide_by_tags(self) -> None:
        for type_ in self.supergraph.types.values():
            tags = tags_of(type_.directives)
            self._hide_if(type_.name, tags, type_.directives, asks=type_.kind is TypeKind.UNION)
            composite = type_.kind in _COMPOSITE
            inherited = tags if composite else frozenset[str]()
            for member in _members(type_):
                coordinate = f"{type_.name}.{member.name}"
                own = tags_of(member.directives) | inherited
                self._hide_if(coordinate, own, member.directives, asks=composite)
                for argument in getattr(member, "arguments", ()):
                    self._hide_if(
                        f"{coordinate}({argument.name}:)",
                        tags_of(argument.directives),
                        argument.directives,
                        asks=False,
                    )

    def _hide_if(
        self, coordinate: str, tags: frozenset[str], directives: _Directives, *, asks: bool
    ) -> None:
        """Hide an element for its tags; `asks`: it needs an included one where there are such."""
        contract = self.contract
        left_out = asks and contract.include and not tags & contract.include
        hidden = tags & contract.exclude or left_out or contract.shuts_out(tags)
        if hidden or is_inaccessible(directives):
            self.hidden.add(coordinate)

    def hide_interface_fields(self) -> None:
        for type_ in self.supergraph.types.values():
            if type_.name in self.hidden:
                continue
            for interface in type_.interfaces:
                for name in type_.fields:
                    if f"{type_.name}.{name}" in self.hidden:
                        self.hidden.add(f"{interface}.{name}")

    def hide_emptied(self) -> None:
        for type_ in self.supergraph.types.values():
            if type_.kind is TypeKind.UNION:
                continue
            members = [f"{type_.name}.{member.name}" for member in _members(type_)]
            if members and all(coordinate in self.hidden for coordinate in members):
                self.hidden.add(type_.name)
        # After the others: a union is empty when its members are hidden.
        for type_ in self.supergraph.types.values():
            if type_.members and all(member in self.hidden for member in type_.members):
                self.hidden.add(type_.name)

    def hide_unreachable(self) -> None:
        reached = reachable_types(self.supergraph, self.hidden)
        for type_ in self.supergraph.types.values():
            if type_.name not in reached and not tags_of(type_.directives) & self.contract.include:
                self.hidden.add(type_.name)

    # Result

    def result(self) -> Supergraph:
        if not self.hidden:
            return self.supergraph
        types = {name: self._type(type_) for name, type_ in self.supergraph.types.items()}
        return replace(self.supergraph, types=types, links=_with_link(self.supergraph.links))

    def _type(self, type_: TypeDef) -> TypeDef:
        if type_.name in self.hidden:
            return replace(type_, directives=_marked(type_.directives))
        name = type_.name
        return replace(
            type_,
            fields={key: self._field(f, name) for key, f in type_.fields.items()},
            input_fields=self._marked_members(type_.input_fields, name),
            values=self._marked_members(type_.values, name),
        )

    def _field(self, field: Field, parent: str) -> Field:
        coordinate = f"{parent}.{field.name}"
        if coordinate in self.hidden:
            return replace(field, directives=_marked(field.directives))
        return replace(
            field, arguments=tuple(self._argument(a, coordinate) for a in field.arguments)
        )

    def _argument(self, argument: InputValue, parent: str) -> InputValue:
        if f"{parent}({argument.name}:)" not in self.hidden:
            return argument
        return replace(argument, directives=_marked(argument.directives))

    def _marked_members(self, members: Mapping[str, Any], parent: str) -> dict[str, Any]:
        return {
            name: replace(member, directives=_marked(member.directives))
            if f"{parent}.{name}" in self.hidden
            else member
            for name, member in members.items()
        }


def _members(type_: TypeDef) -> Iterator[Any]:
    """Yield fields, input fields or enum values; each has a name and directives."""
    yield from type_.fields.values()
    yield from type_.input_fields.values()
    yield from type_.values.values()


def _marked(directives: _Directives) -> _Directives:
    if is_inaccessible(directives):
        return directives
    return tuple(sorted((*directives, _INACCESSIBLE), key=lambda node: node.name.value))


def _with_link(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Return the links with the one that gives `@inaccessible` its meaning, in their order."""
    if any(link.url.startswith(f"{specs.INACCESSIBLE}/") for link in links):
        return links
    spec = specs.FEATURES[specs.INACCESSIBLE]
    order = list(specs.FEATURES)
    place = sum(
        link.url.rpartition("/")[0] in order[: order.index(specs.INACCESSIBLE)] for link in links
    )
    added = Link(spec.url, imports=spec.imports, purpose=spec.purpose)
    return (*links[:place], added, *links[place:])
