"""A type that nothing here leads to is forgotten, unless it is an entity others refer to."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument, union_members
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    used = document.given_types | document.answered_types | union_members(document)
    used |= document.root_names | document.extended
    for element in document.types:
        entity = any(directive.name.value == "key" for directive in element.directives)
        implements = getattr(element.node, "interfaces", None)
        if element.name not in used and not entity and not implements:
            yield Finding(
                element.coordinate,
                f'Nothing uses the type "{element.name}"; remove it, or the field that should is '
                "missing.",
                element.node,
            )


RULE = Rule(
    "DEFINED_TYPES_ARE_UNUSED",
    LintLevel.IGNORED,
    "Every type is used by something, or is an entity.",
    find,
)
