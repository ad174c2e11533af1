"""Where in a request a token may be: a header with a scheme before it, or a cookie."""

from __future__ import annotations

from dataclasses import dataclass

from federation.server.settings.authentication import Jwt
from federation.server.wire.request import HttpRequest


@dataclass(frozen=True, slots=True)
class _Place:
    name: bytes
    cookie: str | None = None
    # In lower case; empty: the whole value is the token.
    prefix: str = ""

    def find(self, http: HttpRequest) -> str | None:
        value = http.header(self.name)
        if value is None:
            return None
        text = value.decode("latin-1").strip()
        if self.cookie is not None:
            return _cookie(text, self.cookie)
        if not self.prefix:
            return text
        scheme, _, token = text.partition(" ")
        return token.strip() if scheme.lower() == self.prefix else None


class TokenPlaces:
    """The places of the settings, in order."""

    def __init__(self, settings: Jwt) -> None:
        self._header = settings.header_name.lower().encode("latin-1")
        self._places = [_Place(self._header, prefix=settings.header_value_prefix.strip().lower())]
        for source in settings.sources:
            if source.type == "cookie":
                self._places.append(_Place(b"cookie", cookie=source.name))
            else:
                prefix = (source.value_prefix or "").strip().lower()
                self._places.append(_Place(source.name.lower().encode("latin-1"), prefix=prefix))

    def token(self, http: HttpRequest) -> str | None:
        """Return the first token, None when there is none."""
        for place in self._places:
            token = place.find(http)
            if token is not None:
                return token
        return None

    def scheme(self, http: HttpRequest) -> str | None:
        """Return the scheme, in lower case, that the header for tokens begins with."""
        value = http.header(self._header)
        if value is None or not value.strip():
            return None
        return value.decode("latin-1").split(None, 1)[0].lower()


def _cookie(header: str, name: str) -> str | None:
    """Return a cookie's value (RFC 6265 §5.4); the first, when there are several."""
    for pair in header.split(";"):
        found, is_pair, value = pair.strip().partition("=")
        if is_pair and found == name:
            return value.strip('"') or None
    return None
