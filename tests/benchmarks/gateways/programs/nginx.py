"""nginx as a bare proxy: what passing bytes on costs at least. For graphs with one subgraph."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.gateways.programs.installed import output_of
from tests.benchmarks.gateways.workload import MEASURED, Graph, Mode, Workload
from tests.benchmarks.programs import Program, free_port, running

_NAME = "nginx"
_PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
# The buffers hold a whole answer, so that none goes to a file.
_CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx-{port}.pid;
error_log {folder}/nginx-{port}.log crit;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
  upstream subgraph {{
    server {upstream};
    keepalive 512;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port};
    location /graphql {{
      proxy_pass http://subgraph{path};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffer_size 64k;
      proxy_buffers 8 64k;
      proxy_busy_buffers_size 128k;
      proxy_max_temp_file_size 0;
    }}
  }}
}}
"""


def _program() -> str | None:
    return shutil.which(_NAME) or shutil.which(_NAME, path=_PLACES)


@dataclass(frozen=True, slots=True)
class Nginx:
    name: str = _NAME

    def version(self) -> str | None:
        program = _program()
        told = None if program is None else output_of(program, "-v")
        return None if told is None else told.rpartition("/")[2]

    def missing(self) -> str | None:
        return None if _program() else "nginx is not installed"

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return None if mode is Mode.NONE else "a bare proxy shares nothing"

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        """Start it. Raises `ValueError` where the graph has several subgraphs."""
        if graph.upstream is None:
            raise ValueError("nginx needs a graph with one subgraph")
        program = _program()
        assert program is not None
        upstream, port = urlsplit(graph.upstream), free_port()
        text = _CONFIG.format(
            folder=folder, port=port, upstream=upstream.netloc, path=upstream.path
        )
        config = folder / f"nginx-{port}.conf"
        config.write_text(text, encoding="utf-8")
        # The worker's account is another under root.
        folder.chmod(0o755)
        command = [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "nginx.log")]
        return stack.enter_context(
            running(self.name, command, port, processor=MEASURED, folder=folder)
        )
