"""What somebody wants to publish, checked and completed: name, routing URL, bounds of texts."""

from __future__ import annotations

from urllib.parse import urlsplit

from federation.registry.errors import RegistryError
from federation.registry.model import SubgraphProposal, SubgraphStatus, check_subgraph_name

MOST_LABEL = 200
MOST_TEXT = 10_000
MOST_URL = 2_000


def check_proposal(proposal: SubgraphProposal, max_sdl_bytes: int) -> None:
    """Raise `RegistryError` INVALID_* for what cannot be stored, whatever it would mean."""
    check_subgraph_name(proposal.name)
    if not proposal.sdl.strip():
        raise RegistryError("INVALID_INPUT", f'the schema of "{proposal.name}" is empty')
    if size_of(proposal.sdl, "the schema") > max_sdl_bytes:
        raise RegistryError(
            "INVALID_INPUT",
            f'the schema of "{proposal.name}" is larger than {max_sdl_bytes} bytes; '
            "split the subgraph, or raise registry.max_sdl_bytes",
        )
    check_text(proposal.label, "the revision's label", MOST_LABEL)
    check_text(proposal.message or "", "the message", MOST_TEXT)
    git = proposal.git
    for value in (git.remote_url, git.branch, git.commit, git.committer, git.message):
        check_text(value or "", "the git context", MOST_TEXT)


def routing_url(proposal: SubgraphProposal, known: SubgraphStatus | None) -> str:
    """Return the URL the revision is to have; empty for none.

    Raises ROUTING_URL_MISSING when a new subgraph has none and does not say so, INVALID_ROUTING_URL
    for one that cannot be called and was not allowed.
    """
    if proposal.no_url:
        if proposal.url:
            raise RegistryError("INVALID_INPUT", "give a routing URL or none, not both")
        return ""
    if proposal.url is None:
        if known is None:
            raise RegistryError(
                "ROUTING_URL_MISSING",
                f'"{proposal.name}" is new and needs a routing URL; or say that it has none',
            )
        return known.version.url
    check_text(proposal.url, "the routing URL", MOST_URL)
    if not proposal.allow_invalid_url and not is_callable_url(proposal.url):
        raise RegistryError(
            "INVALID_ROUTING_URL",
            f'the routing URL of "{proposal.name}" is not http:// or https:// with a host; correct '
            "it, or allow an invalid one",
        )
    return proposal.url


def is_callable_url(url: str) -> bool:
    """Whether a router could call it.

    >>> is_callable_url("https://finance.example/graphql"), is_callable_url("finance:4001")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def check_text(text: str, what: str, most: int, *, required: bool = False) -> None:
    """Raise INVALID_INPUT for a text that is too long, cannot be stored, or is missing."""
    if required and not text.strip():
        raise RegistryError("INVALID_INPUT", f"{what} is missing")
    if len(text) > most:
        raise RegistryError("INVALID_INPUT", f"{what} is longer than {most} characters")
    size_of(text, what)


def size_of(text: str, what: str) -> int:
    """Return the size in bytes. Raises INVALID_INPUT for what is no text PostgreSQL can store."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise RegistryError("INVALID_INPUT", f"{what} is not valid Unicode") from None
    if b"\0" in encoded:
        raise RegistryError("INVALID_INPUT", f"{what} contains a NUL character; remove it")
    return len(encoded)
