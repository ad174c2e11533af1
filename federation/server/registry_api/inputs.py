"""Arguments of our GraphQL APIs → what the registry takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from federation.registry.errors import RegistryError
from federation.registry.model import GitContext, SubgraphProposal
from federation.registry.settings import CheckParameters
from federation.registry.usage import StoredDocument


def invalid(problem: str) -> RegistryError:
    """Return the error for an argument that cannot be used."""
    return RegistryError("INVALID_INPUT", problem)


def read_git_context(given: Mapping[str, Any] | None) -> GitContext:
    """Return a `GitContextInput`."""
    if given is None:
        return GitContext()
    return GitContext(
        remote_url=given.get("remoteUrl"),
        branch=given.get("branch"),
        commit=given.get("commit"),
        committer=given.get("committer"),
        message=given.get("message"),
    )


def read_proposal(given: Mapping[str, Any]) -> SubgraphProposal:
    """Return a `HubProposal`."""
    return SubgraphProposal(
        name=given["name"],
        sdl=text(given["sdl"], "sdl"),
        url=given.get("url"),
        no_url=bool(given.get("noUrl")),
        allow_invalid_url=bool(given.get("allowInvalidUrl")),
        label=given.get("label") or "",
        message=given.get("message"),
        git=read_git_context(given.get("git")),
    )


def text(given: object, name: str) -> str:
    """Return a value of a custom scalar that must be a text."""
    if not isinstance(given, str):
        raise invalid(f"{name} must be a text")
    return given


def read_check_parameters(given: Mapping[str, Any] | None) -> CheckParameters | None:
    """Return `HubCheckParameters`."""
    if given is None:
        return None
    seconds = given.get("windowSeconds")
    return CheckParameters(
        window=None if seconds is None else window(seconds),
        minimum_count=given.get("minimumCount"),
        minimum_percentage=percentage(given.get("minimumShare")),
    )


def window(seconds: int) -> timedelta:
    """Return how far back usage counts; bounded, since dates are."""
    if not 0 < seconds <= 10 * 366 * 86400:
        raise invalid("the window of a check must be between one second and ten years")
    return timedelta(seconds=seconds)


def percentage(share: float | None) -> float | None:
    """Return a share from 0 to 1 as the registry counts it, from 0 to 100."""
    if share is None:
        return None
    if not 0 <= share <= 1:
        raise invalid("a share of requests must be between 0 and 1")
    return share * 100


def read_historic_parameters(given: Mapping[str, Any]) -> CheckParameters:
    """Return Rover's `HistoricQueryParametersInput`.

    Raises INVALID_INPUT for what would silently change the judgement and is not supported.
    """
    if not is_now(given.get("to")):
        raise invalid("a check can only look at usage until now: leave `to` out")
    for name in ("excludedClients", "excludedOperationNames", "ignoredOperations"):
        if given.get(name):
            raise invalid(f"{name} is a matter of the registry's settings, not of one check")
    seconds = seconds_ago(given.get("from"))
    return CheckParameters(
        window=None if seconds is None else window(seconds),
        minimum_count=given.get("queryCountThreshold"),
        minimum_percentage=percentage(given.get("queryCountThresholdPercentage")),
    )


def is_now(given: object) -> bool:
    return given is None or str(given) in ("", "0", "-0")


def seconds_ago(given: object) -> int | None:
    """Return how many seconds before now a `Timestamp` lies; None for None."""
    if given is None:
        return None
    try:
        return -int(str(given))
    except ValueError:
        return int((datetime.now(UTC) - moment(given)).total_seconds())


def moment(given: object) -> datetime:
    """Return a `Timestamp` that is a date."""
    try:
        found = datetime.fromisoformat(str(given))
    except ValueError:
        raise invalid("a time is written as 2027-01-31T12:00:00Z") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def read_document(given: Mapping[str, Any]) -> StoredDocument:
    """Return a `PersistedQueryInput`."""
    return StoredDocument(
        id=given["id"],
        body=text(given["body"], "body"),
        name=given["name"],
        kind=given["type"].lower(),
        client_name=given.get("clientName") or "",
    )
