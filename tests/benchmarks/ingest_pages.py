"""A REST interface over a CSV file of `ingest_rows`: pages of JSON records, by offset and limit."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.benchmarks.ingest_rows import HEADER

PAGE = 5_000


@contextmanager
def serving(path: Path) -> Iterator[str]:
    """Give the address of a server in a process of its own; it ends with the block."""
    context = get_context("spawn")
    ready: Queue[int] = context.Queue()
    server = context.Process(target=_serve, args=(path, ready), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ready.get(timeout=60)}/patents"
    finally:
        server.terminate()
        server.join(10)


def _serve(path: Path, ready: Queue[int]) -> None:
    pages = _Pages(path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            body = pages.page(int(asked["offset"][0]), int(asked["limit"][0]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.put(server.server_address[1])
    server.serve_forever()


class _Pages:
    """Pages in order are read on, any other from the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()

    def _begin(self) -> None:
        self._file = self._path.open(encoding="utf-8-sig", newline="")
        self._rows = csv.reader(self._file)
        next(self._rows)
        self._at = 0

    def page(self, offset: int, limit: int) -> bytes:
        if offset < self._at:
            self._file.close()
            self._begin()
        for _ in islice(self._rows, offset - self._at):
            pass
        rows = [dict(zip(HEADER, row, strict=True)) for row in islice(self._rows, limit)]
        self._at = offset + len(rows)
        return orjson.dumps({"code": 0, "message": "", "data": rows})
