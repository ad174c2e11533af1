"""Load a CSV file with dlt into one table. Runs in an environment of its own, without the hub.

`python ingest_dlt.py FILE DATABASE_URL FOLDER` prints seconds, seconds of processor
and bytes of memory. The reader is what its guide
shows for files of one's own: rows of the csv module as dictionaries, handed on a thousand at a
time; dlt infers the types, normalises, and loads with its own defaults. The columns get names in
ASCII here, since dlt calls every Chinese one `x` and keeps the last of them only.
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

COLUMNS = (
    *("application_number", "publication_number", "title", "applicants", "filing_date"),
    *("publication_date", "kind", "main_ipc", "industry", "legal_status", "region"),
)


def rows(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a file a thousand at a time."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        next(file)
        reader = csv.DictReader(file, COLUMNS)
        while chunk := list(islice(reader, 1000)):
            yield chunk


def main(file: str, url: str, folder: str) -> None:
    """Load and print the seconds."""
    import dlt  # an optional program: only its own environment has it

    pipeline = dlt.pipeline(
        pipeline_name="patents",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(url),
        dataset_name="dlt_patents",
    )
    begun = time.perf_counter()
    table = dlt.resource(rows(Path(file)), name="patent")
    pipeline.run(table, write_disposition="append").raise_on_failed_jobs()
    seconds = time.perf_counter() - begun
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in usage)
    print(f"{seconds:.3f} {cpu:.3f} {max(each.ru_maxrss for each in usage) * 1024}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
