"""All elements of a subgraph that can carry directives, each with its coordinate."""

from __future__ import annotations

from collections.abc import Iterator

from federation.composition.subgraph.state import Element, SubgraphState


def elements(state: SubgraphState) -> Iterator[tuple[str, Element]]:
    """Yield the schema, then types with their members and arguments, in the order written."""
    yield "schema", state.schema
    for type_ in state.types.values():
        yield type_.name, type_
        for field in type_.fields.values():
            yield field.coordinate, field
            for argument in field.arguments.values():
                yield argument.coordinate, argument
        for value in type_.input_fields.values():
            yield value.coordinate, value
        for item in type_.values.values():
            yield f"{type_.name}.{item.name}", item
