"""Why a call to a source failed, as a finding; and whether another try may help.

No message names more of an address than origin and path: keys may stand in the query.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.errors import SourceProblem
from adapters.findings import shown


class CallFailed(SourceProblem):
    """A call that gave no answer that can be used.

    `passing`: the same call may succeed later. `wait`: seconds the source asks to be left alone.
    `status`: of the answer, if there was one. `stated`: the source itself says, in good form, that
    it will not answer.
    """

    def __init__(
        self,
        code: str,
        *,
        passing: bool = False,
        wait: float | None = None,
        status: int | None = None,
        stated: bool = False,
        **details: object,
    ) -> None:
        super().__init__(code, **details)
        self.passing, self.wait, self.status, self.stated = passing, wait, status, stated


def unusable(reason: str) -> CallFailed:
    """Return the problem of an answer that is no list of records; `reason`: Chinese / English."""
    return CallFailed("SOURCE_ANSWER", reason=reason)


def reported(said: str) -> CallFailed:
    """Return the problem of an answer in which the source itself says that it failed."""
    text = shown(" ".join(said.split()))
    return CallFailed("SOURCE_ANSWER", stated=True, reason=f"来源报告 / the source says: {text}")


def place(url: str) -> str:
    """Return an address as a message may show it.

    >>> place("https://user:pw@api.example.cn:8443/v1/list?key=abc#x")
    'https://api.example.cn:8443/v1/list'
    """
    return f"{origin(url)}{urlsplit(url).path}"


def origin(url: str) -> str:
    """Return scheme, host and port of an address, without a port that goes without saying.

    >>> origin("HTTP://Api.Example.CN:80/list"), origin("https://[::1]:8443/")
    ('http://api.example.cn', 'https://[::1]:8443')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    scheme = parts.scheme.lower()
    usual = {"http": 80, "https": 443}.get(scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{scheme}://{host}{port}"
