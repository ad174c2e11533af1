"""Which operation of a document runs, as the GraphQL specification says (§6.1 GetOperation)."""

from __future__ import annotations

from collections.abc import Iterator

from graphql.language import OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from schema.common.context import SubgraphContext
from schema.common.errors import CodedError


class NamedOperation(SchemaExtension):
    """Refuses a document of several operations when no name says which; Strawberry takes the first.

    Must stand after the extension that validates, which sets the errors anew.
    """

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        context = execution.context
        document = execution.graphql_document
        if (
            not execution.pre_execution_errors
            and document is not None
            and isinstance(context, SubgraphContext)
            and context.operation_name is None
            and sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) > 1
        ):
            execution.pre_execution_errors = [
                CodedError(
                    "BAD_REQUEST",
                    "文档含多个操作，请用 operationName 指明",
                    "The document has several operations; name one in operationName",
                )
            ]
        yield
