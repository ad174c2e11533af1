"""Feeds: what a kind of data is called, which fields it has, and how centres name them.

A feed is a table in `adapters/feeds/<feed>.yaml`; `mapping.py` interprets it. Words of vocabularies
are in `adapters/feeds/vocabularies.yaml`. Both are data: a new header or word is a line there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from adapters.files.header import header_key

FEEDS = Path(__file__).parent / "feeds"

ValueKind = Literal[
    "text",
    "lines",
    "code",
    "party",
    "parties",
    "application_number",
    "application_numbers",
    "publication_number",
    "uscc",
    "usccs",
    "date",
    "period",
    "money",
    "vocabulary",
    "vocabularies",
    "legal_status",
    "event_code",
    "ipc",
    "ipcs",
    "locarnos",
    "industry",
    "industries",
    "region",
    "regions",
    "licence_number",
    "pledge_number",
    "statement_number",
    "platform_code",
    "year",
    "share",
    "score",
    "count",
    "figure",
    "report_period",
    "ignored",
]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a feed. `fills`: the two fields a period is taken apart into. `own`: a row that
    does not say it means the centre whose source is read."""

    kind: ValueKind
    aliases: tuple[str, ...] = ()
    required: bool = False
    bound: int = 4000
    unit: str = "元"
    vocabulary: str | None = None
    fills: tuple[str, str] | None = None
    own: bool = False


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words per value of the hub; `unknown` is the code for a word that is not listed."""

    unknown: str
    words: dict[str, tuple[str, ...]]


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of data.

    `order` is the order of pulling: facts that later rows are checked against come first.
    `key` is the natural key; where a row lacks a part of it, the first of `other_keys` whose parts
    it has takes its place. `unique` names further fields that belong to one key only, with how
    to call them. `agreeing`: fields in which all rows of one record (the first part of the key,
    called `record_title`) must say the same. `record_date`: the first of these fields that a row
    has is its date at the source.
    """

    feed: str
    title: Title
    order: int
    key: tuple[str, ...]
    key_title: tuple[str, str]
    record_date: tuple[str, ...]
    fields: dict[str, Field]
    other_keys: tuple[tuple[str, ...], ...] = ()
    unique: dict[str, tuple[str, str]] = {}
    agreeing: tuple[str, ...] = ()
    record_title: tuple[str, str] = ("", "")

    def constants(self, center: str, stated: Mapping[str, str]) -> dict[str, str]:
        """Return what every row of a source says unless it says otherwise: what the source states,
        and its own centre."""
        own = {name: center for name, field in self.fields.items() if field.own}
        return {**own, **stated}

    def aliases(self, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return header key → field; a source's own column names come first.

        A field's own name is always an alias, in camel case and in snake case. An alias that two
        fields claim belongs to the first.
        """
        found: dict[str, str] = {}
        for header, own in (overrides or {}).items():
            found[header_key(header)[0]] = own
        for name, field in self.fields.items():
            for alias in (name, _snake(name), *field.aliases):
                found.setdefault(header_key(alias)[0], name)
        return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


@cache
def load_feeds() -> Mapping[str, Feed]:
    """Return the feeds by name, in pulling order."""
    feeds = [
        msgspec.convert(_read(path), Feed)
        for path in FEEDS.glob("*.yaml")
        if path.stem != "vocabularies"
    ]
    return {feed.feed: feed for feed in sorted(feeds, key=lambda feed: feed.order)}


@cache
def load_vocabularies() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Return, by vocabulary, the code for unknown words and word key → value."""
    tables = msgspec.convert(_read(FEEDS / "vocabularies.yaml"), dict[str, Vocabulary])
    return {
        name: (
            table.unknown,
            {word_key(word): value for value, words in table.words.items() for word in words},
        )
        for name, table in tables.items()
    }


def word_key(word: str) -> str:
    """Return the form words of a vocabulary are compared in.

    >>> word_key(" Common ")
    'common'
    """
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


def _read(path: Path) -> Any:
    # The loader in C, where PyYAML was built with it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
