"""No object type says "Object" at the end of its name: that is known."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import ObjectTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(ObjectTypeDefinitionNode):
        if element.name != "Object" and element.name.endswith("Object"):
            yield Finding(
                element.coordinate,
                f'The suffix "Object" of "{element.name}" says nothing; leave it out.',
                element.node,
            )


RULE = Rule(
    "OBJECT_SUFFIX",
    LintLevel.WARNING,
    'The name of an object type does not end with "Object".',
    find,
)
