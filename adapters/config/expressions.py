"""What source files say in languages of their own: paths in records, addresses, files.

Each check yields (place, message). Addresses carry no credentials, headers and parameters neither:
they belong into `auth`, by reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import jmespath
import jmespath.exceptions
import msgspec

from adapters.config.names import Fault
from adapters.config.shared import Secret
from adapters.config.source import SourceConfig
from adapters.files.record_path import split_steps

_JMESPATHS: Final = (
    *(("rest", "records"), ("rest", "envelope", "code"), ("rest", "envelope", "message")),
    *(("rest", "paging", "next"), ("rest", "paging", "total"), ("rest", "incremental", "field")),
    *(("graphql", "records"), ("graphql", "incremental", "field")),
    *(("rest", "lookup", "records"), ("graphql", "lookup", "records")),
    ("graphql", "paging", "total"),
)
_ADDRESSES: Final = (
    *(("rest", "url"), ("rest", "auth", "token_url"), ("rest", "lookup", "url")),
    *(("graphql", "url"), ("graphql", "auth", "token_url")),
)
_FILES: Final = (("rest", "ca_file"), ("graphql", "ca_file"), ("sql", "ca_file"))
_SECRETS: Final = (
    *(("rest", "auth", "secret"), ("graphql", "auth", "secret")),
    *(("sql", "url"), ("sql", "password")),
)
_HEADERS: Final = (("rest", "headers"), ("graphql", "headers"))
_PARAMETERS: Final = (("rest", "params"), ("graphql", "variables"), ("rest", "json"))

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_NAMES: Final = frozenset(
    (
        *("authorization", "proxyauthorization", "cookie", "apikey", "xapikey"),
        *("accesstoken", "xauthtoken", "xaccesstoken", "token", "secret", "appsecret"),
        *("clientsecret", "password", "passwd", "pwd"),
    )
)


def expression_faults(source: SourceConfig) -> Iterator[Fault]:
    """Yield what is wrong with the paths, addresses and references of a source."""
    for field, path in source.fields.items():
        yield from _jmespath(("fields", field), path)
    if source.records is not None:
        for step in split_steps(source.records):
            yield from _jmespath(("records",), step)
    for place in _JMESPATHS:
        if isinstance(path := _at(source, place), str):
            yield from _jmespath(place, path)
    for place in _ADDRESSES:
        if isinstance(url := _at(source, place), str) and (wrong := _address_fault(url)):
            yield place, wrong
    for place in _FILES:
        if (file := _at(source, place)) is not None and not file.strip():
            yield place, "expected the path of a file, relative to this one or absolute"
    for place in _SECRETS:
        if isinstance(secret := _at(source, place), Secret):
            yield from _secret(place, secret)
    for place in (*_HEADERS, *_PARAMETERS):
        yield from _credentials(place, _at(source, place))
    for place in _HEADERS:
        yield from _header_texts(place, _at(source, place))


def _at(source: SourceConfig, place: tuple[str, ...]) -> Any:
    """Return the value at a place, None when a section on the way is missing."""
    value: Any = source
    for name in place:
        if not isinstance(value, msgspec.Struct):
            return None
        value = getattr(value, name, None)
    return value


def _jmespath(place: tuple[str, ...], path: str) -> Iterator[Fault]:
    try:
        jmespath.compile(path)
    except jmespath.exceptions.JMESPathError as error:
        yield place, f"{path!r} is no JMESPath: {str(error).splitlines()[0]}"


def _address_fault(url: str) -> str | None:
    """Return what is wrong with an address; never the address, which may hold a password."""
    example = "for instance https://api.example.cn/listings"
    try:
        parts: SplitResult = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"no address; {example}"
    if parts.username is not None or parts.password is not None:
        return "an address carries no credentials; use auth, with a secret by reference"
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", url):
        return f"expected an address with http or https and a host, {example}"
    if parts.fragment:
        return "an address ends before #"
    return None


def _secret(place: tuple[str, ...], secret: Secret) -> Iterator[Fault]:
    if secret.env is not None and not _VARIABLE.fullmatch(secret.env):
        yield (*place, "env"), "expected the name of an environment variable, not its value"
    if secret.file is not None and not secret.file.strip():
        yield (*place, "file"), "expected the path of a file, relative to this one or absolute"


def _credentials(place: tuple[str, ...], named: Mapping[str, Any] | None) -> Iterator[Fault]:
    for name in named or ():
        if re.sub(r"[^a-z]", "", name.lower()) in _SECRET_NAMES:
            yield (*place, name), f"{name}: a secret never stands in the file; use auth"


def _header_texts(place: tuple[str, ...], headers: Mapping[str, str] | None) -> Iterator[Fault]:
    for name, text in (headers or {}).items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            yield (*place, name), f"{name!r} is no name of a header"
        elif re.search(r"[\x00-\x1f\x7f]", text):
            yield (*place, name), f"{name}: a header is one line of text"
