"""A contract of a supergraph, checked: what its audience sees must be a schema they can use."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import GraphQLSchema, validate_schema

from federation.composition.result import Diagnostic, Diagnostics
from federation.composition.rules.inaccessible import inaccessible_rule
from federation.errors import FederationError
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.contracts import Contract, hide_by_contract
from federation.supergraph.model import Supergraph


class ContractError(FederationError):
    """The contract leaves no usable schema, or contradicts itself.

    `code` is that of the first problem: a code of composition (REFERENCED_INACCESSIBLE …), or
    INPUT_VALIDATION for tags that make no contract. `errors` has what composition's rule found.
    """

    code = "INPUT_VALIDATION"

    def __init__(self, message: str, errors: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message, code=errors[0].code if errors else None)
        self.errors = errors


def contract(
    supergraph: Supergraph,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    *,
    hide_unreachable: bool = False,
) -> Supergraph:
    """Return the supergraph of a contract variant.

    What the audience must not see is `@inaccessible` in it; plans may still use it. Raises
    `ContractError` when the tags contradict each other, or when what is left is no valid schema:
    nothing to ask, a visible field of a hidden type, a hidden argument that must be given …
    """
    return apply_contract(
        supergraph, Contract(frozenset(include), frozenset(exclude), hide_unreachable)
    )


def apply_contract(supergraph: Supergraph, terms: Contract) -> Supergraph:
    """Return the supergraph of the contract with `terms`; see `contract`."""
    return _checked(supergraph, terms)[0]


def contract_api_schema(supergraph: Supergraph, terms: Contract) -> GraphQLSchema:
    """Return what the audience of a contract sees, for use at run time.

    Takes milliseconds to seconds; the caller caches it by (supergraph, terms). Operations that are
    valid for it are planned on the whole supergraph. Raises `ContractError`.
    """
    return _checked(supergraph, terms)[1]


def _checked(supergraph: Supergraph, terms: Contract) -> tuple[Supergraph, GraphQLSchema]:
    problem = terms.problem()
    if problem is not None:
        raise ContractError(problem)
    marked = hide_by_contract(supergraph, terms)
    diagnostics = Diagnostics()
    inaccessible_rule(marked, (), diagnostics)
    if any(error.code == "QUERY_ROOT_TYPE_INACCESSIBLE" for error in diagnostics.errors):
        raise ContractError(
            f'The contract leaves nothing to ask: no field of "{marked.query}" is visible. Include '
            "a tag that one of them has, or exclude less.",
            tuple(diagnostics.errors),
        )
    _raise_for(diagnostics)
    api_schema = build_api_schema(marked)
    for invalid in validate_schema(api_schema):
        text = f"Without what is hidden, {invalid.message} Tag what belongs together alike."
        diagnostics.report("INVALID_GRAPHQL", text, None, ())
    _raise_for(diagnostics)
    return marked, api_schema


def _raise_for(diagnostics: Diagnostics) -> None:
    errors = tuple(diagnostics.errors)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        text = f"The contract leaves no usable schema: {errors[0].message}{more}"
        raise ContractError(text, errors)
