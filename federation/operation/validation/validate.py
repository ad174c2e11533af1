"""A document → its errors, in time that is bounded by what it is worth.

Most documents are plainly valid, which one quick walk finds out. All others are given to
graphql-core's rules: so what is wrong is said by one author only, word by word.
"""

from __future__ import annotations

from graphql import DocumentNode, GraphQLError, GraphQLSchema, validate

from federation.errors import RequestError
from federation.operation.validation.acceptance import is_plainly_valid
from federation.operation.validation.overlaps import TooManyError, find_overlaps
from federation.operation.validation.schema_facts import SchemaFacts

# Looks at one selection each: a quarter of a microsecond.
MAX_LOOKS = 200_000
# Comparisons of the exact rule for fields under one name: some microseconds each.
MAX_PAIRS = 30_000


class DocumentValidator:
    """Validates documents for one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._facts = SchemaFacts(schema)

    def errors(
        self, document: DocumentNode, *, max_errors: int, hide_suggestions: bool
    ) -> list[GraphQLError]:
        """Return what is wrong with a document; selection sets without selections are.

        Raises `RequestError` where to find that out would take too long.
        """
        try:
            overlaps = find_overlaps(self._facts, document, MAX_LOOKS)
        except TooManyError:
            raise _too_many() from None
        except RecursionError:
            overlaps = None
        if overlaps is not None:
            if overlaps.mergeable and is_plainly_valid(self._facts, document):
                return []
            if overlaps.pairs > MAX_PAIRS:
                raise _too_many()
        return validate(
            self.schema,
            document,
            max_errors=max_errors,
            hide_suggestions=hide_suggestions,
            allow_empty_selection_sets=False,
        )


def _too_many() -> RequestError:
    return RequestError(
        "the document selects too many fields under the same names in the same places to be"
        " validated; select each once, or in several requests",
        code="REQUEST_LIMIT_EXCEEDED",
    )
