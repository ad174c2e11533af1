"""Answers of REST interfaces: records, total, where the next page is; or that there is none."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from adapters.config.rest import RestSection
from adapters.files.envelopes import find_list, is_success
from adapters.net.answers import read_json
from adapters.net.client import Answer, same_origin
from adapters.net.connection import Connection, bad_status
from adapters.net.pages import Page
from adapters.net.paths import compile_path, read_cursor, read_total
from adapters.net.problems import reported, unusable

_NEXT: Final = re.compile(r'<([^>]*)>((?:[^,"]|"[^"]*")*)')
_REL: Final = re.compile(r'\brel\s*=\s*(?:"([^"]*)"|([^\s;,]+))', re.IGNORECASE)


class RestReader:
    """What an answer says: its records, total, next page; or that it is none."""

    def __init__(self, section: RestSection, encoding: str | None, connection: Connection) -> None:
        self._section, self._encoding, self._connection = section, encoding, connection
        envelope, paging, lookup = section.envelope, section.paging, section.lookup
        self._code = compile_path(envelope.code)
        self._message = compile_path(envelope.message)
        self._records = compile_path(section.records) if section.records else None
        self._next = compile_path(paging.next) if paging.next else None
        self._total = compile_path(paging.total) if paging.total else None
        self._found = compile_path(lookup.records) if lookup and lookup.records else None

    def page(self, answer: Answer) -> Page:
        """Return the page an answer holds; raises CallFailed `SOURCE_STATUS`, `SOURCE_ANSWER`."""
        if answer.status == 204:
            return Page([])
        document = self._document(answer)
        records = self._records(document) if self._records else find_list(document)
        if records is None and self._records is not None:
            # Some sources write null for an empty list; without any envelope it is no answer.
            records = [] if self._says_success(document) else None
        if not isinstance(records, list):
            where = self._section.records or "data, records, items, rows, list"
            raise unusable(f"没有记录数组（{where}）/ no array of records ({where})")
        total = None
        if self._total is not None:
            total = read_total(self._total(document), self._section.paging.total or "")
        return Page(records, self._following(answer, document), total)

    def found(self, answer: Answer) -> list[Any]:
        """Return the records of a look-up: a list, a single one, or none."""
        if answer.status in (204, 404, 410):
            return []
        document = self._document(answer)
        if self._found is not None:
            records = self._found(document)
        else:
            records = self._records(document) if self._records else None
            records = find_list(document) if records is None else records
            if records is None and isinstance(document, dict):
                records = document.get("data", document)
        if records is None or records == {}:
            return []
        found = records if isinstance(records, list) else [records]
        if not all(isinstance(record, dict) for record in found):
            raise unusable("查询结果不是记录 / what was found is no record")
        return found

    def _document(self, answer: Answer) -> Any:
        if not 200 <= answer.status < 300:
            raise bad_status(answer)
        document = read_json(answer, self._encoding)
        if not isinstance(document, dict):
            return document
        code = self._code(document)
        if code is not None and not is_success(code, self._section.envelope.success):
            message = self._message(document)
            said = str(code) if message is None else f"{code} {message}"
            raise reported(self._connection.hide(said))
        return document

    def _says_success(self, document: Any) -> bool:
        return isinstance(document, dict) and self._code(document) is not None

    def _following(self, answer: Answer, document: Any) -> str | None:
        kind = self._section.paging.kind
        if kind == "cursor":
            assert self._next is not None
            return read_cursor(self._next(document), self._section.paging.next or "")
        if kind != "link":
            return None
        if self._next is not None:
            target = read_cursor(self._next(document), self._section.paging.next or "")
        else:
            target = next_link(answer.headers.get("link", ""))
        if target is None:
            return None
        url = same_origin(self._section.url, urljoin(answer.url, target))
        parts = urlsplit(self._connection.clean(url))
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def next_link(header: str) -> str | None:
    """Return the target of `rel="next"` in a Link header (RFC 8288).

    >>> next_link('</l?p=1>; rel="prev", </l?p=3>; title="a, b"; rel="last next"')
    '/l?p=3'
    """
    for target, parameters in _NEXT.findall(header):
        found = _REL.search(parameters)
        if found and "next" in (found[1] or found[2]).lower().split():
            return str(target)
    return None
