"""Pass: find the operation to run (GraphQL October 2021 §6.1, GetOperation)."""

from __future__ import annotations

from graphql import DocumentNode, OperationDefinitionNode

from federation.errors import RequestError


def select_operation(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    """Return the operation of that name, or the only one.

    Raises `RequestError` (`GRAPHQL_UNKNOWN_OPERATION_NAME`) when there is no such operation, or
    several and no name.
    """
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if operation_name:
        for operation in operations:
            if operation.name and operation.name.value == operation_name:
                return operation
        raise RequestError(
            f'The document has no operation named "{operation_name}".',
            code="GRAPHQL_UNKNOWN_OPERATION_NAME",
        )
    if len(operations) == 1:
        return operations[0]
    if not operations:
        raise RequestError(
            "The document has no operation to run.", code="GRAPHQL_UNKNOWN_OPERATION_NAME"
        )
    raise RequestError(
        "The document has several operations; say which one to run by `operationName`.",
        code="GRAPHQL_UNKNOWN_OPERATION_NAME",
    )
