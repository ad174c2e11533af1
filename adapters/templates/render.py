"""A template of a kind and a feed → the text of a source file.

Markers are `§name`: braces and `$` belong to YAML, JMESPath and GraphQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final

from adapters.config.source import KINDS, Kind
from adapters.feed import Feed, load_feeds
from adapters.templates import fields

FOLDER: Final = Path(__file__).parent / "kinds"

_ONLY: Final[Mapping[Kind, frozenset[str]]] = {"packages": frozenset({"LEGAL_EVENT"})}
"""Kinds that bring certain feeds only: CNIPA's packages hold legal events (DOMAIN §4.3)."""
_PLATFORM_PREFIXES: Final = ("FT", "FF", "FS", "FU")
"""National functional platforms, which speak as PLATFORM; the others as CENTER (DOMAIN §4.1)."""


class _Template(Template):
    delimiter = "§"


def kinds_of(feed: str) -> tuple[Kind, ...]:
    """Return the kinds of source a feed can come from."""
    return tuple(kind for kind in KINDS if feed in _ONLY.get(kind, (feed,)))


def feeds_of(kind: Kind) -> tuple[str, ...]:
    """Return the feeds a kind of source can bring, in pulling order."""
    return tuple(feed for feed in load_feeds() if kind in kinds_of(feed))


def render(kind: Kind, feed_name: str, code: str, center: str, name: str | None = None) -> str:
    """Return a source file that can be read at once; addresses and paths are placeholders.

    Raises:
        KeyError: no such feed. ValueError: the feed does not come from this kind of source.
    """
    feed = load_feeds()[feed_name]
    if kind not in kinds_of(feed_name):
        raise ValueError(f"{feed_name} does not come from a source of kind {kind}")
    text = (FOLDER / f"{kind}.yaml").read_text(encoding="utf-8")
    return _Template(text).substitute(_parts(feed, code, center, name))


def _parts(feed: Feed, code: str, center: str, name: str | None) -> dict[str, str]:
    platform = fields.own_platform(feed)
    title = name or f"{center}：{feed.title.zh}"
    return {
        "code": code,
        "name": f'"{title}"' if name is None else _quoted(title),
        "center": center,
        "feed": feed.feed,
        "title": f"{feed.title.zh}。 {feed.title.en}.",
        "title_zh": feed.title.zh,
        "precedence": "PLATFORM" if center.startswith(_PLATFORM_PREFIXES) else "CENTER",
        "table": fields.field_table(feed),
        "paths": fields.path_lines(feed),
        "select": fields.select_lines(feed),
        "examples": fields.examples(feed),
        "order": fields.order_columns(feed),
        "key": fields.first_key(feed),
        "selection": fields.selection_lines(feed, 10),
        "list": fields.list_name(feed),
        "relation": fields.table_name(feed),
        "constants": _constants(platform, center),
        "secret": code.upper().replace("-", "_"),
    }


def _constants(platform: str | None, center: str) -> str:
    if platform is None:
        return "# constants: {}"
    return f"constants:\n  {platform}: {center}"


def _quoted(text: str) -> str:
    """Return a text as YAML in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
