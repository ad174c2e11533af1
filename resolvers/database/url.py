"""Connection URLs: checked early, shown without their password."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from resolvers.database.errors import DatabaseError


def describe_url(url: str) -> str:
    """Return hosts, ports and database of a URL; DatabaseError `DATABASE_CONFIG` when it is none.

    >>> describe_url("postgresql://hub:secret@db.example.cn:6432/hub")
    'db.example.cn:6432/hub'
    >>> describe_url("postgresql://hub:secret@/hub?host=%2Frun%2Fpg&port=5433")
    '/run/pg:5433/hub'
    >>> describe_url("postgresql://hub:secret@one:5432,two/hub")
    'one:5432,two:5432/hub'
    """
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        default = query.get("port", ["5432"])[0]
        given = unquote(parts.netloc.rpartition("@")[2]) or query.get("host", ["localhost"])[0]
        hosts = ",".join(_host_and_port(host, default) for host in given.split(","))
    except ValueError:
        raise unusable_url("it cannot be read") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise unusable_url("it must start with postgresql://")
    database = unquote(parts.path.lstrip("/")) or query.get("dbname", [""])[0]
    return f"{hosts}/{database}" if database else hosts


def with_database(url: str, database: str) -> str:
    """Return the URL of another database of the same server.

    >>> with_database("postgresql://u:p@h:1/a?x=1", "b")
    'postgresql://u:p@h:1/b?x=1'
    """
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def unusable_url(reason: str) -> DatabaseError:
    """Return the error for a URL that cannot be used; `reason` must not quote it."""
    return DatabaseError(
        "DATABASE_CONFIG",
        f"the database URL cannot be used: {reason}; "
        "expected postgresql://user:password@host:5432/database",
    )


def _host_and_port(text: str, default: str) -> str:
    """Return "host:port" of one host; ValueError for a port that is no number."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):  # [::1] has colons of its own
        host, port = text, default
    return f"{host}:{int(port)}"
