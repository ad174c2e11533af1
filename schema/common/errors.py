"""Errors a subgraph may show: each has a stable code; every other message is masked.

Codes are those of DOMAIN §2.9 (BAD_IDENTIFIER, NOT_FOUND, UPSTREAM_TIMEOUT …) and Apollo's for what
is wrong with the request itself (BAD_USER_INPUT, GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from graphql.language import Node

from resolvers.values.result import ValueProblem


class CodedError(GraphQLError):
    """An error made for the client: Chinese line, English line, and a code."""

    def __init__(
        self, code: str, zh: str, en: str, extensions: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{zh}\n{en}", extensions={"code": code, **(extensions or {})})


def located(error: GraphQLError, node: Node) -> GraphQLError:
    """Return the error with the place in the document that it is about."""
    return GraphQLError(error.message, node, extensions=error.extensions)


def identifier_error(problem: ValueProblem) -> CodedError:
    """Return the refusal of an identifier, with the issue codes and the expected spelling."""
    errors = [issue for issue in problem.issues if not issue.is_warning] or list(problem.issues)
    extensions: dict[str, Any] = {"issues": [issue.code for issue in errors]}
    if problem.expected is not None:
        extensions["expected"] = problem.expected
    return CodedError(
        "BAD_IDENTIFIER",
        "".join(issue.message_zh for issue in errors),
        " ".join(issue.message_en for issue in errors),
        extensions,
    )


def input_error(zh: str, en: str) -> CodedError:
    """Return the refusal of an argument that is no identifier."""
    return CodedError("BAD_USER_INPUT", zh, en)
