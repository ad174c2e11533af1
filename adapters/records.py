"""Records of a source without files, put aside as a batch: one JSON object a line.

The lines are canonical (sorted keys), so the digest depends on what the records say and not on how
the answer around them looked. Up to 8 MiB stay in memory, more goes to a temporary file, so a batch
costs bounded memory and can be read as often as needed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

import orjson

from adapters.files.record_table import record_table
from adapters.files.table import Table
from adapters.mapping_paths import FieldPaths
from adapters.model import Batch

IN_MEMORY_BYTES = 8 * 1024 * 1024


class RecordBatch:
    """Collects the records of one batch (`add`), then gives them as a table any number of times.

    `fields`: field of the feed → JMESPath in a record; without it the keys of the records are taken
    as headers.
    """

    encoding: str | None = "utf-8"

    def __init__(self, name: str, fields: Mapping[str, str] | None = None) -> None:
        self._name = name
        self._paths = FieldPaths(fields) if fields else None
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        self._file = cast(BinaryIO, spool)
        self._digest = hashlib.sha256()
        self.count = 0
        self.size = 0
        self.cursor: Any = None
        self.high: str | None = None

    def add(self, record: Any) -> None:
        """Put one record aside."""
        line = orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        self._digest.update(line)
        self._file.write(line)
        self.count += 1
        self.size += len(line)

    @property
    def batch(self) -> Batch:
        return Batch(self._name, self._digest.hexdigest(), self.size)

    def table(self, aliases: Mapping[str, str]) -> Table:
        """Return the records as a table; raises FileRefused when no key is a field of the feed."""
        return record_table(self._records, aliases, self._paths)

    def _records(self) -> Iterator[Any]:
        self._file.seek(0)
        return map(orjson.loads, self._file)

    def close(self) -> None:
        self._file.close()
