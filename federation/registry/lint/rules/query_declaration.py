"""A schema has no operations in it: queries belong into documents of clients."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import ExecutableDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for node in document.document.definitions:
        if isinstance(node, ExecutableDefinitionNode):
            yield Finding("", "An operation stands in the schema; move it to a document.", node)


RULE = Rule(
    "QUERY_DOCUMENT_DECLARATION",
    LintLevel.ERROR,
    "A schema contains no operations or fragments.",
    find,
)
