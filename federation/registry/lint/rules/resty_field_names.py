"""Fields are nouns: no get, list, post, put or patch in front."""

from __future__ import annotations

import re
from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings

# The verb alone (`list`, `patch`) or inside a word (`listing`) is a noun.
_VERB = re.compile(r"(get|list|post|put|patch)(?=[A-Z0-9])")


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.fields:
        match = _VERB.match(element.name)
        if match is not None:
            noun = element.name[match.end() :]
            yield Finding(
                element.coordinate,
                f'The field "{element.coordinate}" begins with "{match[0]}"; name what it answers, '
                f'such as "{noun[0].lower()}{noun[1:]}", or what it does in the domain\'s words.',
                element.node,
            )


RULE = Rule(
    "RESTY_FIELD_NAMES",
    LintLevel.WARNING,
    "The name of a field does not begin with a verb of REST.",
    find,
)
