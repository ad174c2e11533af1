"""Load a CSV file with dlt. Runs in an environment of its own, without the hub.

`python -m tests.benchmarks.ingest_dlt WAY FILE DATABASE_URL FOLDER` prints seconds, seconds of
processor and bytes of memory. The reader is what dlt's guide shows for files of one's own: rows of
the csv module, handed on a thousand at a time. Ways:

- `dlt`: rows as dictionaries of texts, appended to one table. dlt infers the types and loads with
  its own defaults. The columns get names in ASCII here, since dlt calls every Chinese one `x` and
  keeps the last of them only.
- `dlt-merge`: each row mapped to a patent with its publications, parties, classes and industries,
  the columns typed, merged by application number. dlt makes a table for each list. The strategy is
  dlt's own default, `delete-insert`; `dlt-upsert` is the same with its other one, `upsert`.
"""

from __future__ import annotations

import csv
import importlib
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.ingest_shape import PatentRow, read_row

COLUMNS: Final = (
    *("application_number", "publication_number", "title", "applicants", "filing_date"),
    *("publication_date", "kind", "main_ipc", "industry", "legal_status", "region"),
)
KEY: Final = "application_number"
STRATEGIES: Final = {"dlt-merge": "delete-insert", "dlt-upsert": "upsert"}
TYPES: Final = {
    **dict.fromkeys(("filing_date", "grant_date", "expiry_date", "record_date"), "date"),
    **dict.fromkeys(("under_preservation", "stated_preservation"), "bool"),
    **dict.fromkeys(("application_number", "office_code", "kind", "title", "main_ipc"), "text"),
    **dict.fromkeys(("applicant_region", "legal_status", "stated_legal_status"), "text"),
    "content_hash": "text",
}
REQUIRED: Final = frozenset(TYPES) - {"main_ipc", "grant_date", "expiry_date", "applicant_region"}
LISTS: Final = {
    "publications": {"number": "text", "kind_code": "text", "published_on": "date"},
    "parties": {"role": "text", "name": "text", "name_key": "text"},
    "ipc": {"symbol": "text"},
    "industries": {"code": "text"},
}


def rows(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a file a thousand at a time."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        next(file)
        reader = csv.DictReader(file, COLUMNS)
        while chunk := list(islice(reader, 1000)):
            yield chunk


def patents(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the patents of a file a thousand at a time."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        next(file)
        reader = csv.reader(file)
        while chunk := [_patent(read_row(row)) for row in islice(reader, 1000)]:
            yield chunk


def _patent(row: PatentRow) -> dict[str, Any]:
    """Return the shape the hub's PATENT feed stores: a patent and what hangs on it."""
    return {
        "application_number": row.number,
        "office_code": "CN",
        "kind": row.kind,
        "title": row.title,
        "filing_date": row.filed,
        "grant_date": row.published,
        "expiry_date": row.expires,
        "main_ipc": row.symbols[0] if row.symbols else None,
        "applicant_region": row.region,
        "legal_status": row.status,
        "under_preservation": row.preserved,
        "stated_legal_status": row.status,
        "stated_preservation": row.preserved,
        "record_date": row.published,
        "content_hash": row.digest.hex(),
        "publications": [
            {
                "number": row.publication,
                "kind_code": row.publication[-1],
                "published_on": row.published,
            }
        ],
        "parties": [
            {"role": role, "name": name, "name_key": name}
            for role in ("APPLICANT", "HOLDER")
            for name in row.applicants
        ],
        "ipc": [{"symbol": symbol} for symbol in row.symbols],
        "industries": [{"code": row.industry}],
    }


def _table(dlt: Any, way: str, path: Path) -> Any:
    if way == "dlt":
        return dlt.resource(rows(path), name="patent", write_disposition="append")
    return dlt.resource(
        patents(path),
        name="patent",
        primary_key=KEY,
        write_disposition={"disposition": "merge", "strategy": STRATEGIES[way]},
        columns=_typed(TYPES, REQUIRED),
        nested_hints={
            name: {"columns": _typed(types, frozenset(types))} for name, types in LISTS.items()
        },
    )


def _typed(types: dict[str, str], required: frozenset[str]) -> dict[str, dict[str, Any]]:
    return {
        name: {"name": name, "data_type": kind, "nullable": name not in required}
        for name, kind in types.items()
    }


def main(way: str, file: str, url: str, folder: str) -> None:
    """Load and print the figures."""
    # An optional program: only its own environment has it.
    dlt: Any = importlib.import_module("dlt")
    pipeline = dlt.pipeline(
        pipeline_name="patents",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(url),
        dataset_name="dlt_patents",
    )
    begun = time.perf_counter()
    pipeline.run(_table(dlt, way, Path(file))).raise_on_failed_jobs()
    seconds = time.perf_counter() - begun
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in usage)
    print(f"{seconds:.3f} {cpu:.3f} {max(each.ru_maxrss for each in usage) * 1024}")


if __name__ == "__main__":
    main(*sys.argv[1:5])
