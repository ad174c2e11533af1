"""A subgraph's url, taken apart once: where to connect and what each request says of it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, unquote_to_bytes, urlsplit

_PORTS = {"http": 80, "https": 443}
# What may stand unquoted in a path or query (RFC 3986 §3.3, §3.4), `%` as it may be quoted already.
_SAFE = "/?:@!$&'()*+,;=-._~%[]|^`"
# What no host name has (WHATWG URL §3.5, forbidden domain code points).
_FORBIDDEN = frozenset(" \t\r\n\0#%/<>?@[\\]^|\x7f")


@dataclass(frozen=True, slots=True)
class Address:
    """`host` is what is connected to, and the name that a certificate must have.

    `target` and `authority` are the request line's and the `host` header's; `authorization` is made
    of the user in the url, None without one.
    """

    host: str
    port: int
    is_secure: bool
    target: str
    authority: str
    authorization: str | None


def read_address(url: str) -> Address:
    """Return what `url` says. Raises `ValueError` for one that cannot be called.

    >>> read_address("http://user:p%40ss@[::1]:4001/graphql?a=b c#part")
    ... # doctest: +NORMALIZE_WHITESPACE
    Address(host='::1', port=4001, is_secure=False, target='/graphql?a=b%20c',
            authority='[::1]:4001', authorization='Basic dXNlcjpwQHNz')
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError("the scheme is neither http nor https")
    host, port = _host(parts.hostname), parts.port
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE)
    name = f"[{host}]" if ":" in host else host
    is_default = port is None or port == _PORTS[scheme]
    return Address(
        host=host,
        port=_PORTS[scheme] if port is None else port,
        is_secure=scheme == "https",
        target=target,
        authority=name if is_default else f"{name}:{port}",
        authorization=_authorization(parts.username, parts.password),
    )


def _host(name: str | None) -> str:
    if not name:
        raise ValueError("the host is empty")
    if ":" in name:
        return str(IPv6Address(name))
    if not _FORBIDDEN.isdisjoint(name):
        raise ValueError("the host is not a domain name")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("the host is not an international domain name") from None


def _authorization(user: str | None, password: str | None) -> str | None:
    if user is None:
        return None
    given = unquote_to_bytes(user) + b":" + unquote_to_bytes(password or "")
    return "Basic " + b64encode(given).decode("ascii")
