"""Records whose rows are in a list: each entry becomes a row, with what stands around the list.

A report `{"period": …, "values": [{"indicator": …, "value": …}, …]}` has a row per value. A source
may say where its rows are (`record_path.py`); a file somebody sends says nothing, so the list of
rows is known by its entries: objects, at least half of whose keys are fields of the feed (two or
more, the rule for headers), and fields the record around them does not have itself. So a list of
parties or inventors inside a record (`[{name, address}]`) is none: the record has its own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.files.header import header_key

LEAST_FIELDS: Final = 2


def nested_rows(
    records: Iterator[tuple[int, Any]], aliases: Mapping[str, str]
) -> Iterator[tuple[int, Any]]:
    """Yield row numbers and records, those with a list of rows taken apart.

    Rows that come of one record are counted through, so numbers behind it are higher.

    >>> report = {"no": "A", "values": [{"name": "x", "value": 1}, {"name": "y", "value": 2}]}
    >>> records = nested_rows(iter([(1, report), (2, {"no": "B"})]), {"name": "n", "value": "v"})
    >>> [(number, " ".join(map(str, record.values()))) for number, record in records]
    [(1, 'A x 1'), (2, 'A y 2'), (3, 'B')]
    """
    fields = _Fields(aliases)
    more = 0
    for number, record in records:
        name = _list_of_rows(record, fields) if isinstance(record, dict) else None
        if name is None:
            yield number + more, record
            continue
        around = {key: value for key, value in record.items() if key != name}
        for place, entry in enumerate(record[name]):
            row = {**around, **entry} if isinstance(entry, dict) else entry
            yield number + more + place, row
        more += len(record[name]) - 1


class _Fields(dict[str, str | None]):
    """Key of a record → field of the feed; worked out once per key."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        super().__init__()
        self._aliases = aliases

    def __missing__(self, key: str) -> str | None:
        self[key] = found = self._aliases.get(header_key(key)[0])
        return found


def _list_of_rows(record: Mapping[str, Any], fields: _Fields) -> str | None:
    for name, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and not fields[name]:
            keys = list(value[0])
            found = {field for key in keys if (field := fields[key])}
            known = len(found) >= LEAST_FIELDS and 2 * len(found) >= len(keys)
            if known and found.isdisjoint(fields[key] for key in record):
                return name
    return None
