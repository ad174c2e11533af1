"""Generated: from the data gathered so far to the representations of an entity fetch.

`gather_<step>_<n>(data, walks)` returns `(representations, targets)`: the representations to
send, each once (full equality, first seen first), and for each the objects that its entity
belongs to.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Analysis, Part, key_path
from federation.execution.compile.source import Source, called, literal
from federation.execution.compile.walk import write_walk_from_root
from federation.plan.nodes import (
    EntityBatch,
    Path,
    Representation,
    RequiredField,
    RequiredFragment,
    RequiredSelection,
)


def write_gather(source: Source, analysis: Analysis, part: Part, batch: EntityBatch) -> None:
    """Write the gather function of one `_entities` field."""
    writer = _Writer(source, part.name)
    nested = [
        None if _is_flat(variant) else writer.write_nested(variant.selections)
        for variant in batch.representations
    ]
    with source.function(
        f"gather_{part.name}(data, walks)", "representations and whom they are for"
    ):
        source.line("representations = []")
        source.line("targets = []")
        source.line("seen = {}")
        with source.block(f"for item in {_write_walks(source, analysis, batch.paths)}:"):
            if not batch.representations:
                writer.write_same()
            elif _is_simple(batch.representations):
                writer.write_simple(batch.representations[0])
            else:
                with source.block("if item.__class__ is not dict:"):
                    source.line("continue")
                writer.write_variants(batch.representations, nested)
        source.line("return representations, targets")


def _write_walks(source: Source, analysis: Analysis, paths: tuple[Path, ...]) -> str:
    """Write the walks to all objects; return the expression of these."""
    found = "found"
    if len(paths) > 1:
        source.line("items = []")
    for path in paths:
        write_walk_from_root(source, analysis, path)
        found = "found"
        if _has_interned(path, analysis) and not analysis.is_unique(path):
            # One object may be met many times.
            found = "{id(item): item for item in found}.values()"
        if len(paths) > 1:
            source.line(f"items += {found}")
    return "items" if len(paths) > 1 else found


def _has_interned(path: Path, analysis: Analysis) -> bool:
    keys = key_path(path)
    return any(keys[:length] in analysis.interned for length in range(1, len(keys) + 1))


def _is_flat(variant: Representation) -> bool:
    return all(
        isinstance(selection, RequiredField) and not selection.selections
        for selection in variant.selections
    )


def _is_simple(variants: tuple[Representation, ...]) -> bool:
    """One type, leaves only, and at least one that must be there: nearly every entity."""
    return (
        len(variants) == 1
        and len(variants[0].types) == 1
        and _is_flat(variants[0])
        and any(
            isinstance(one, RequiredField) and not one.nullable for one in variants[0].selections
        )
    )


class _Writer:
    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        self.functions = 0

    def write_variants(
        self, variants: tuple[Representation, ...], nested: list[str | None]
    ) -> None:
        """Write the choice of the representation by the object's type."""
        only = variants[0].types[0] if len(variants) == 1 and len(variants[0].types) == 1 else None
        # Where one type is possible the data need not carry its name.
        default = f", {literal(only)}" if only else ""
        self.source.line(f'typename = item.get("__typename"{default})')
        for number, (variant, function) in enumerate(zip(variants, nested, strict=True)):
            word = "elif" if number else "if"
            with self.source.block(f"{word} {self.source.is_one_of('typename', variant.types)}:"):
                if function is None:
                    self._write_flat(variant, alone=only is not None)
                else:
                    self._write_composite(variant, function)

    def write_same(self) -> None:
        """Objects of the root type: all are the same one, and nothing has to be sent."""
        with self.source.block("if item.__class__ is dict:"):
            self.source.line("key = None")
            self._write_add("None")

    def write_simple(self, variant: Representation) -> None:
        """Write the common case with subscripts, the cheapest reading there is.

        Only objects can be read by name, so no test of the class is needed.
        """
        source = self.source
        fields = [item for item in variant.selections if isinstance(item, RequiredField)]
        with source.block("try:"):
            typename = f'"__typename" in item and item["__typename"] != {literal(variant.types[0])}'
            with source.block(f"if {typename}:"):
                source.line("continue")
            for number, field in enumerate(fields):
                if not field.nullable:
                    source.line(f"value_{number} = item[{literal(field.source)}]")
        with source.block("except (KeyError, TypeError):"):
            source.line("continue")
        for number, field in enumerate(fields):
            if field.nullable:
                source.line(f"value_{number} = item.get({literal(field.source)})")
            source.line(f"key_{number} = value_{number}")
            with source.block(f"if key_{number}.__class__ is not str:"):
                if not field.nullable:
                    with source.block(f"if key_{number} is None:"):
                        source.line("continue")
                source.line(f"key_{number} = key_of(key_{number})")
        keys = ", ".join(f"key_{number}" for number in range(len(fields)))
        source.line(f"key = ({keys})" if len(fields) > 1 else "key = key_0")
        members = [f"{literal(field.name)}: value_{number}" for number, field in enumerate(fields)]
        self._write_add(f'{{"__typename": {", ".join([self._typename(variant), *members])}}}')

    def _typename(self, variant: Representation) -> str:
        if variant.typename is not None:
            return literal(variant.typename)
        return literal(variant.types[0]) if len(variant.types) == 1 else "typename"

    def _write_flat(self, variant: Representation, alone: bool) -> None:
        """Representation of leaves only: its key is the tuple of its values."""
        source = self.source
        members, keys = [], []
        fields = [item for item in variant.selections if isinstance(item, RequiredField)]
        for number, field in enumerate(fields):
            source.line(f"value_{number} = item.get({literal(field.source)})")
            if not field.nullable:
                with source.block(f"if value_{number} is None:"):
                    source.line("continue")
            members.append(f"{literal(field.name)}: value_{number}")
            keys.append(
                f"value_{number} if value_{number}.__class__ is str else key_of(value_{number})"
            )
        typename = self._typename(variant)
        if not alone:
            keys.insert(0, typename)
        source.line(f"key = {keys[0]}" if len(keys) == 1 else f"key = ({', '.join(keys)},)")
        self._write_add(f'{{"__typename": {", ".join([typename, *members])}}}')

    def _write_composite(self, variant: Representation, function: str) -> None:
        source = self.source
        source.line(f"value = {function}(item)")
        with source.block("if value is MISSING:"):
            source.line("continue")
        source.line(f'value = {{"__typename": {self._typename(variant)}, **value}}')
        source.line("key = key_of(value)")
        self._write_add("value")

    def _write_add(self, representation: str) -> None:
        source = self.source
        source.line("position = seen.get(key)")
        with source.block("if position is None:"):
            source.line("seen[key] = len(targets)")
            source.line(f"representations.append({representation})")
            source.line("targets.append([item])")
        with source.block("else:"):
            source.line("targets[position].append(item)")

    def write_nested(self, selections: tuple[RequiredSelection, ...]) -> str:
        """Write a function from a value to its required members, or MISSING; return its name."""
        inner = {
            id(field): self.write_nested(field.selections)
            for field in _required_fields(selections)
            if field.selections
        }
        name = f"required_{self.name}_{self.functions}"
        self.functions += 1
        with self.source.function(f"{name}(item)", "members of a representation"):
            with self.source.block("if item.__class__ is list:"):
                self.source.line(
                    f"items = [None if one is None else {called(name)}(one) for one in item]"
                )
                self.source.line("return MISSING if MISSING in items else items")
            with self.source.block("if item.__class__ is not dict:"):
                self.source.line("return MISSING")
            self.source.line("result = {}")
            self._write_members(selections, inner)
            self.source.line("return result")
        return called(name)

    def _write_members(
        self, selections: tuple[RequiredSelection, ...], inner: dict[int, str]
    ) -> None:
        source = self.source
        for selection in selections:
            match selection:
                case RequiredFragment():
                    condition = source.is_one_of('item.get("__typename")', selection.types)
                    with source.block(f"if {condition}:"):
                        source.line("pass")
                        self._write_members(selection.selections, inner)
                case RequiredField():
                    source.line(f"value = item.get({literal(selection.source)})")
                    if selection.selections:
                        with source.block("if value is not None:"):
                            source.line(f"value = {inner[id(selection)]}(value)")
                        with source.block("if value is MISSING:"):
                            source.line("return MISSING")
                    if not selection.nullable:
                        with source.block("if value is None:"):
                            source.line("return MISSING")
                    source.line(f"result[{literal(selection.name)}] = value")


def _required_fields(selections: tuple[RequiredSelection, ...]) -> list[RequiredField]:
    fields: list[RequiredField] = []
    for selection in selections:
        if isinstance(selection, RequiredField):
            fields.append(selection)
        else:
            fields.extend(_required_fields(selection.selections))
    return fields
