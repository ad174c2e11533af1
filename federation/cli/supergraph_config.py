"""Rover's `supergraph.yaml`: which subgraphs, and where the SDL of each comes from.

Relative files start from the folder of the configuration. A subgraph that is asked for its own
SDL answers `{ _service { sdl } }` (Federation subgraph specification).
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from federation.cli.errors import CommandError
from federation.cli.files import MAX_BYTES, read_text
from federation.composition.result import SubgraphSource
from federation.composition.subgraph.federation_spec import NEWEST
from federation.config.load import parse_config

INTROSPECTION_TIMEOUT = 30.0  # seconds
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class SchemaSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of `file`, `sdl`, `subgraph_url`."""

    file: str | None = None
    sdl: str | None = None
    subgraph_url: str | None = None
    introspection_headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = [source for source in (self.file, self.sdl, self.subgraph_url) if source]
        if len(given) != 1:
            raise ValueError("write exactly one of 'file', 'sdl', 'subgraph_url'")
        if self.subgraph_url and not re.match(r"https?://[^/]+", self.subgraph_url):
            raise ValueError("'subgraph_url' must be an http:// or https:// address")
        if self.introspection_headers and not self.subgraph_url:
            raise ValueError("'introspection_headers' needs 'subgraph_url'")


class SubgraphConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: SchemaSource
    routing_url: str | None = None


class SupergraphConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`federation_version`: 2, or an exact version as `=2.x.y`; only Federation 2 is composed.

    Composition has one set of rules, those of the newest version it knows; smaller versions are
    accepted, greater ones refused.
    """

    subgraphs: dict[str, SubgraphConfig]
    federation_version: int | float | str = 2

    def __post_init__(self) -> None:
        if not re.fullmatch(r"=?v?2(\.\d+){0,2}", str(self.federation_version)):
            raise ValueError(
                "'federation_version' must be 2 or =2.x.y; Federation 1 is not composed"
            )
        minor = str(self.federation_version).lstrip("=v").split(".")[1:2]
        if minor and int(minor[0]) > NEWEST[1]:
            raise ValueError(
                f"'federation_version' asks for {self.federation_version}; this composition knows "
                f"federation 2.0 to {NEWEST[0]}.{NEWEST[1]}"
            )
        if not self.subgraphs:
            raise ValueError("'subgraphs' names no subgraph")
        for name in self.subgraphs:
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} cannot name a subgraph: start with a letter, then letters,"
                    " digits, _ and -, at most 64"
                )


def load_subgraphs(config_path: str) -> list[SubgraphSource]:
    """Return the subgraphs that the file at `config_path` (`-`: standard input) names.

    Raises `ConfigError` for what is written wrongly and `CommandError` for an SDL that cannot be
    had. Subgraphs that have to be asked are asked at the same time.
    """
    text = read_text(config_path, "supergraph configuration")
    folder = Path() if config_path == "-" else Path(config_path).parent
    source = "standard input" if config_path == "-" else config_path
    config = parse_config(text, SupergraphConfig, source=source, folder=folder)
    with ThreadPoolExecutor(max_workers=8) as pool:
        sources = pool.map(
            lambda item: _load_subgraph(item[0], item[1], folder), config.subgraphs.items()
        )
        return list(sources)


def _load_subgraph(name: str, config: SubgraphConfig, folder: Path) -> SubgraphSource:
    schema = config.schema
    if schema.sdl is not None:
        sdl = schema.sdl
    elif schema.file is not None:
        sdl = read_text(str(folder / Path(schema.file).expanduser()), f"schema of {name!r}")
    else:
        assert schema.subgraph_url is not None
        sdl = ask_for_sdl(f"subgraph {name!r}", schema.subgraph_url, schema.introspection_headers)
    url = config.routing_url
    return SubgraphSource(name, (schema.subgraph_url or "") if url is None else url, sdl)


def ask_for_sdl(subgraph: str, url: str, headers: dict[str, str]) -> str:
    """Return what the running subgraph says its schema is. Raises `CommandError`."""
    request = urllib.request.Request(  # noqa: S310 - only http and https pass the configuration
        url,
        data=b'{"query":"{ _service { sdl } }"}',
        headers={"content-type": "application/json", "accept": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=INTROSPECTION_TIMEOUT) as answer:  # noqa: S310
            body = answer.read(MAX_BYTES)
    except urllib.error.HTTPError as error:
        raise CommandError(
            f"{subgraph} at {url} answered {error.code} when asked for its SDL"
        ) from None
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise CommandError(f"{subgraph} at {url} cannot be reached: {reason}") from None
    sdl = _sdl_in(body)
    if sdl is None:
        raise CommandError(
            f"{subgraph} at {url} gave no SDL; does it support Federation (_service)?"
        )
    return sdl


def _sdl_in(body: bytes) -> str | None:
    try:
        answer: Any = json.loads(body)
        sdl = answer["data"]["_service"]["sdl"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return sdl if isinstance(sdl, str) else None
