"""The contract of a database driver: connect read only, run one statement, give rows in pieces.

A driver speaks one dialect (`Dialect`) and turns the values of its database into plain ones:
texts, whole numbers, floats, booleans, None, lists and objects of them. Exact decimals and dates
are texts, as the database writes them, so nothing is rounded and a value that comes back as a
parameter is the same. Binary values are refused.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from adapters.config import SourceConfig
from adapters.config.sql import SqlSection
from adapters.errors import SourceProblem
from adapters.findings import shown

CHINA: Final = "Asia/Shanghai"
"""Times of a database are read in China time: the day of a record is the day in China."""

Record = dict[str, Any]
_PLAIN: Final = frozenset((str, int, bool, type(None)))


@dataclass(frozen=True, slots=True)
class Access:
    """Where a database is and how to get in; secrets are shown nowhere.

    `timeout`: seconds for connecting and for each answer. `deadline`: seconds for the whole pull.
    `encoding`: what an old database that does not know its encoding is in.
    """

    host: str
    port: int | None
    database: str | None
    user: str | None
    tls: Literal["disable", "require", "verify-full"]
    ca_file: Path | None
    timeout: float
    deadline: float
    encoding: str | None
    password: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how to encrypt, None for not at all.

        Raises:
            SourceProblem: `SOURCE_SQL`, when the file of the authority cannot be read.
        """
        if self.tls == "disable":
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise SourceProblem("SOURCE_SQL", reason=f"ca_file: {error.strerror}") from None
        if self.tls == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def problem(self, error: BaseException) -> SourceProblem:
        """Return what a person may know of an error: the first lines, without any secret."""
        if isinstance(error, TimeoutError):
            text = f"no answer within {self.timeout:g} s"
        elif isinstance(error, OSError) and not str(error):
            text = type(error).__name__
        else:
            text = " ".join(str(error).split())
        for secret in (self.url, self.password):
            if secret:
                text = text.replace(secret, "***")
        return SourceProblem("SOURCE_SQL", reason=shown(text or type(error).__name__))


def access_of(config: SourceConfig, section: SqlSection) -> Access:
    """Return the access a source describes; raises SourceProblem when a secret is not there."""
    folder, database = config.folder, section.database
    if section.driver == "sqlite" and database is not None:
        database = str(Path(folder, database))
    return Access(
        section.host,
        section.port,
        database,
        section.user,
        section.tls,
        Path(folder, section.ca_file) if section.ca_file else None,
        config.bounds.timeout,
        config.bounds.deadline,
        config.encoding,
        section.password.reveal(folder) if section.password else None,
        section.url.reveal(folder) if section.url else None,
    )


class Dialect:
    """How statements are written; standard SQL unless a driver says otherwise."""

    quotation_mark = '"'

    def placeholder(self, number: int) -> str:
        """Return the parameter with that number, from 1."""
        raise NotImplementedError

    def text(self, piece: str) -> str:
        """Return a piece of a query as it is written between parameters."""
        return piece

    def name(self, column: str) -> str:
        """Return the name of a result column, quoted."""
        mark = self.quotation_mark
        return f"{mark}{column.replace(mark, mark * 2)}{mark}"

    def after(self, columns: Sequence[str], placeholders: Sequence[str]) -> str:
        """Return the condition that a row comes behind another one."""
        names = ", ".join(map(self.name, columns))
        return f"({names}) > ({', '.join(placeholders)})"

    def after_values(self, values: Sequence[Any]) -> list[Any]:
        """Return the values for the placeholders of `after`, one a placeholder as it writes it."""
        return list(values)


class SqlConnection(Protocol):
    """One connection; `read` is used by one caller at a time."""

    def read(
        self, statement: str, values: Sequence[Any], rows: int
    ) -> AsyncGenerator[list[Record], None]:
        """Run a statement in a read-only transaction and yield its rows, `rows` at a time.

        Raises:
            SourceProblem: `SOURCE_SQL`, `SOURCE_SQL_TYPE`.
        """
        ...

    async def close(self) -> None:
        """Close the connection at once, whatever it is doing."""
        ...


class SqlDriver(Protocol):
    """A kind of database."""

    @property
    def dialect(self) -> Dialect: ...

    def require(self) -> None:
        """Raise SourceProblem `SOURCE_DRIVER` when its package is not installed."""
        ...

    async def connect(self, access: Access) -> SqlConnection:
        """Connect; raises SourceProblem `SOURCE_SQL`."""
        ...


def decimal_text(text: str) -> str:
    """Return a decimal without the zeros its column is padded with; the value is the same.

    >>> decimal_text("35.5000"), decimal_text("100"), decimal_text("7.00"), decimal_text("NaN")
    ('35.5', '100', '7', 'NaN')
    """
    return text.rstrip("0").rstrip(".") if "." in text else text


def checked_columns(columns: Sequence[str]) -> None:
    """Refuse results in which two columns have one name: one of them would be lost."""
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        names = ", ".join(repeated)
        raise SourceProblem("SOURCE_SQL", reason=f"two result columns are called {names}")


def plain_record(columns: Sequence[str], row: Sequence[Any]) -> Record:
    """Return a row as plain values by column; raises SourceProblem `SOURCE_SQL_TYPE`."""
    return {
        name: value if type(value) in _PLAIN else plain(value, name)
        for name, value in zip(columns, row, strict=True)
    }


def plain(value: Any, column: str) -> Any:
    """Return one value as a plain one.

    >>> plain(Decimal("0.0000001000"), "a"), plain(datetime(2024, 5, 1, 8), "a")
    ('0.0000001', '2024-05-01 08:00:00')
    """
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return decimal_text(format(value, "f"))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(part, column) for part in value]
    if isinstance(value, Mapping):
        return {str(name): plain(part, column) for name, part in value.items()}
    raise SourceProblem("SOURCE_SQL_TYPE", name=column, type=type(value).__name__)
