"""Calling a registry over HTTP: where it is, with which token, and what it refuses.

The same API as Rover's, with Rover's environment: `APOLLO_REGISTRY_URL` (the address of
`/registry/graphql`), `APOLLO_KEY` (the token), `APOLLO_GRAPH_REF`. A token is never an argument:
arguments are seen by every user of the machine, and kept in histories.
"""

from __future__ import annotations

import argparse
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from federation.cli.errors import CommandError
from federation.errors import FederationError

URL_VARIABLE = "APOLLO_REGISTRY_URL"
KEY_VARIABLE = "APOLLO_KEY"
REF_VARIABLE = "APOLLO_GRAPH_REF"
PATH = "/registry/graphql"
TIMEOUT = 150.0  # seconds; the registry itself gives up after 120
_MAX_ANSWER = 128 * 1024 * 1024


class RegistryRefusal(FederationError):
    """The registry refused. `details` for the JSON form; `check_id` of a check that failed."""

    def __init__(self, message: str, code: str | None, extensions: dict[str, Any]) -> None:
        super().__init__(message, code=code)
        diagnostics = extensions.get("diagnostics")
        self.diagnostics: list[dict[str, Any]] = diagnostics or []
        self.check_id: str | None = extensions.get("checkId")

    @property
    def details(self) -> dict[str, Any] | None:
        if not self.diagnostics:
            return None
        return {"build_errors": [build_error(each) for each in self.diagnostics]}


def build_error(diagnostic: dict[str, Any]) -> dict[str, Any]:
    """Return a diagnostic as Rover's `build_errors` has it."""
    return {
        "type": "composition",
        "message": diagnostic["message"],
        "code": diagnostic["code"],
        "nodes": [
            {
                "subgraph": place["subgraph"],
                "start": {"line": place["line"], "column": place["column"]},
            }
            for place in diagnostic["locations"]
        ],
        "omittedNodesCount": 0,
    }


def refusal_details(error: Exception) -> dict[str, Any] | None:
    """Return what `guarded` puts into `error.details`."""
    return error.details if isinstance(error, RegistryRefusal) else None


def add_registry(parser: argparse.ArgumentParser) -> None:
    """Add what every command has that calls a registry."""
    parser.add_argument(
        "--registry",
        metavar="URL",
        help=f"address of the registry, such as https://hub.example{PATH}; else {URL_VARIABLE}",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help=f"file with the token, - for standard input; else {KEY_VARIABLE}",
    )


def add_ref(parser: argparse.ArgumentParser) -> None:
    """Add the graph and variant, as Rover has it."""
    parser.add_argument(
        "ref",
        metavar="GRAPH@VARIANT",
        nargs="?",
        help=f"graph and variant; the variant is current when left out; else {REF_VARIABLE}",
    )


def graph_ref(args: argparse.Namespace) -> str:
    """Return which graph and variant; raises `CommandError` when nobody said."""
    ref = args.ref or os.environ.get(REF_VARIABLE)
    if not ref:
        raise CommandError(f"say which graph: GRAPH@VARIANT, or {REF_VARIABLE}")
    return str(ref)


def graph_id(args: argparse.Namespace) -> str:
    """Return the graph without the variant."""
    return graph_ref(args).partition("@")[0]


@dataclass(frozen=True, slots=True, repr=False)
class RegistryClient:
    """A registry and the token it is asked with. No `repr`: it would show the token."""

    url: str
    token: str

    def ask(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the data of an operation. Raises `RegistryRefusal` or `CommandError`."""
        request = urllib.request.Request(  # noqa: S310 - only http and https pass `connect`
            self.url,
            data=json.dumps({"query": document, "variables": variables}).encode(),
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                "x-api-key": self.token,
                "apollographql-client-name": "hub",
            },
        )
        try:
            with _opener().open(request, timeout=TIMEOUT) as answer:
                body = answer.read(_MAX_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                body, status = error.read(_MAX_ANSWER + 1), error.code
            answer_errors = _json(body).get("errors")
            if not answer_errors:
                raise CommandError(
                    f"{self.url} answered {status}; is it the address of a registry ({PATH})?"
                ) from None
        except OSError as error:
            reason = getattr(error, "reason", None) or error
            raise CommandError(f"the registry at {self.url} cannot be reached: {reason}") from None
        if len(body) > _MAX_ANSWER:
            raise CommandError(f"the answer of {self.url} is larger than {_MAX_ANSWER} bytes")
        return _data(_json(body), self.url)


def connect(args: argparse.Namespace) -> RegistryClient:
    """Return the registry the arguments or the environment name. Raises `CommandError`."""
    url = args.registry or os.environ.get(URL_VARIABLE)
    if not url:
        raise CommandError(f"say where the registry is: --registry URL, or {URL_VARIABLE}")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CommandError(f"{url} is not an http:// or https:// address")
    if parts.username or parts.password:
        raise CommandError("write no user or password into the registry's address")
    if parts.path in ("", "/"):
        url = url.rstrip("/") + PATH
    return RegistryClient(url, _token(args))


def _token(args: argparse.Namespace) -> str:
    if args.token_file is not None:
        from federation.cli.files import read_text

        token = read_text(args.token_file, "token file").strip()
        where = f"the file {args.token_file}"
    else:
        token = os.environ.get(KEY_VARIABLE, "").strip()
        where = KEY_VARIABLE
    if not token:
        raise CommandError(f"there is no token: put it into {KEY_VARIABLE}, or use --token-file")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise CommandError(f"{where} does not hold one token: it has spaces or other characters")
    return token


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to whoever it names."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _data(answer: dict[str, Any], url: str) -> dict[str, Any]:
    errors = answer.get("errors")
    if errors:
        first = errors[0]
        extensions = first.get("extensions") or {}
        raise RegistryRefusal(first["message"], extensions.get("code"), extensions)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise CommandError(f"{url} gave no GraphQL answer; is it the address of a registry?")
    return data


def read_schema(path: str) -> str:
    """Return the schema in a file (`-`: standard input)."""
    from federation.cli.files import read_text

    return read_text(path, "schema")


def git_context() -> dict[str, str]:
    """Return where the schema comes from, as Rover's environment variables say it."""
    names = {
        "remoteUrl": "APOLLO_VCS_REMOTE_URL",
        "branch": "APOLLO_VCS_BRANCH",
        "commit": "APOLLO_VCS_COMMIT",
        "committer": "APOLLO_VCS_AUTHOR",
    }
    return {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}


def write_secret(secret: str, path: str) -> None:
    """Write a token to a new file that only its owner can read. Raises `CommandError`."""
    try:
        descriptor = os.open(Path(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} is there already; name a new file") from None
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
