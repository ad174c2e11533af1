"""A subgraph says whom to ask: @contact on its schema."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    if not any(
        directive.name.value == "contact"
        for node in document.schema_nodes
        for directive in node.directives or ()
    ):
        yield Finding(
            "schema",
            'The schema has no @contact; add `extend schema @contact(name: "...")`.',
            document.document,
        )


RULE = Rule(
    "CONTACT_DIRECTIVE_MISSING",
    LintLevel.IGNORED,
    "The schema has a @contact.",
    find,
)
