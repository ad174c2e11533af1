"""Rows of the invented graph as lines of COPY's text format, by table.

Names have neither tabs nor backslashes nor line ends, so nothing has to be escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from resolvers.generator.events import History, history
from resolvers.generator.model import Firm, Invention, World
from resolvers.generator.numbers import mix
from resolvers.values.legal_events import event_codes

SOURCE: Final = "load-test"
"""`source_system` of every generated row, by which they are told from all others."""

PLATFORMS: Final = ("FT-110000-01", "FT-310000-01")
BANKS: Final = ("示例第一银行股份有限公司", "示例第二银行股份有限公司")
_FROM: Final = f"{SOURCE}\tDERIVED\tg"
_WHENCE: Final = "source_system, confidence, content_hash"

COLUMNS: Final[dict[str, str]] = {
    "reference.organization": f"uscc, name, name_key, kind, region_code, industry_code, {_WHENCE}",
    "patents.patent": "application_number, office_code, kind, title, filing_date, grant_date,"
    " expiry_date, main_ipc, applicant_region, legal_status, legal_status_as_of,"
    f" under_preservation, {_WHENCE}",
    "patents.publication": f"number, application_number, kind_code, published_on, {_WHENCE}",
    "patents.patent_party": "application_number, role, ordinal, name, name_key, uscc",
    "patents.patent_ipc": "application_number, ordinal, symbol",
    "patents.patent_industry": "application_number, ordinal, code",
    "patents.legal_event": "id, application_number, code, name_zh, st27_category, announced_on,"
    f" event_key, {_WHENCE}",
    "trading.patent_facts": "application_number, main_ipc, ipc_symbols, region_code",
    "trading.patent_facts_ipc": "application_number, symbol",
    "trading.transfer_record": f"id, application_number, registered_on, to_key, {_WHENCE}",
    "trading.transfer_party": "transfer_id, role, ordinal, name, name_key, uscc",
    "trading.licence_record": "record_number, licence_type, term_from, term_to, recorded_on,"
    f" {_WHENCE}",
    "trading.licence_patent": f"record_number, application_number, ordinal, {_WHENCE}",
    "trading.licence_party": "record_number, role, ordinal, name, name_key, uscc",
    "trading.open_licence_statement": "statement_number, application_number, fee_mode, fee_amount,"
    f" fee_kind, term_from, term_to, status, effective_on, region_code, {_WHENCE}",
    "trading.open_licence_party": "statement_number, ordinal, name, name_key, uscc",
    "trading.listing": "id, platform_code, number, title, seller_name, seller_name_key,"
    " seller_uscc, deal, trading_method, price_amount, price_kind, industry_code, region_code,"
    f" listed_from, listed_to, status, {_WHENCE}",
    "trading.listing_patent": "listing_id, ordinal, application_number",
    "finance.pledge_registration": "registration_number, secured_amount, secured_kind,"
    f" debt_term_from, debt_term_to, registered_on, {_WHENCE}",
    "finance.pledge_patent": f"registration_number, application_number, ordinal, {_WHENCE}",
    "finance.patent_facts": "application_number, region_code",
    "finance.pledge_party": "registration_number, role, ordinal, name, name_key, uscc",
}
"""Table → its columns, in the order tables are filled: what others refer to comes first."""

Lines = dict[str, list[str]]


def organization_lines(firms: Iterable[Firm]) -> Lines:
    """Return the rows of all organisations."""
    return {
        "reference.organization": [
            f"{f.uscc}\t{f.name}\t{f.name}\tENTERPRISE\t{f.region}\t{f.industry}\t{_FROM}\n"
            for f in firms
        ]
    }


class Writer:
    """Collects the lines of patents, table by table."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.lines: Lines = {table: [] for table in COLUMNS}
        self._codes = {
            code: "\t".join((code, known.name_zh, known.st27_category))
            for code in _CODES
            if (known := event_codes().get(code)) is not None
        }

    def add(self, index: int) -> None:
        """Add patent number `index` and everything that happened to it."""
        patent = self._world.invention(index)
        past = history(patent, self._world.today)
        self._add_patent(patent, past, index)
        self._add_events(patent, past, index)
        if past.transferred_on is not None:
            self._add_transfer(patent, past.transferred_on, index)
        if past.licensed_on is not None:
            self._add_licence(patent, past, index)
        if past.opened_on is not None:
            self._add_open_licence(patent, past.opened_on, index)
        if past.pledged_on is not None:
            self._add_pledge(patent, past.pledged_on, index)
        if past.listed_on is not None:
            self._add_listing(patent, past.listed_on, index)

    def _add_patent(self, p: Invention, past: History, index: int) -> None:
        lines, number, firm = self.lines, p.number, p.applicant
        main = p.ipc[0] if p.ipc else "\\N"
        holder = p.holder if past.transferred_on else firm
        lines["patents.patent"].append(
            f"{number}\tCN\t{p.kind}\t{p.title}\t{p.filed}\t{p.granted or _NULL}\t{p.expires}\t"
            f"{main}\t{firm.region}\t{past.status}\t{past.status_as_of or _NULL}\t"
            f"{'t' if past.frozen else 'f'}\t{_FROM}\n"
        )
        lines["patents.patent_party"] += (
            f"{number}\tAPPLICANT\t0\t{firm.name}\t{firm.name}\t{firm.uscc}\n",
            f"{number}\tHOLDER\t0\t{holder.name}\t{holder.name}\t{holder.uscc}\n",
        )
        for ordinal, symbol in enumerate(p.ipc):
            lines["patents.patent_ipc"].append(f"{number}\t{ordinal}\t{symbol}\n")
            lines["trading.patent_facts_ipc"].append(f"{number}\t{symbol}\n")
        lines["patents.patent_industry"].append(f"{number}\t0\t{firm.industry}\n")
        symbols = "{" + ",".join(p.ipc) + "}"
        lines["trading.patent_facts"].append(f"{number}\t{main}\t{symbols}\t{firm.region}\n")
        for day, letter, first in (
            (p.published, "A", "1"),
            (p.granted, _GRANTED[p.digit], p.digit),
        ):
            if day is not None:
                published = f"CN{first}{90_000_000 + index:08d}{letter}"
                lines["patents.publication"].append(
                    f"{published}\t{number}\t{letter}\t{day}\t{_FROM}\n"
                )

    def _add_events(self, p: Invention, past: History, index: int) -> None:
        add = self.lines["patents.legal_event"].append
        for ordinal, (code, day) in enumerate(past.events):
            shown = self._codes[code]
            event = _uuid(index * 16 + ordinal, 1, day)
            add(f"{event}\t{p.number}\t{shown}\t{day}\t{ordinal}\t{_FROM}\n")

    def _add_transfer(self, p: Invention, day: date, index: int) -> None:
        record, old, new = _uuid(index, 2, day), p.applicant, p.holder
        self.lines["trading.transfer_record"].append(
            f"{record}\t{p.number}\t{day}\t{new.name}\t{_FROM}\n"
        )
        self.lines["trading.transfer_party"] += (
            f"{record}\tFROM\t0\t{old.name}\t{old.name}\t{old.uscc}\n",
            f"{record}\tTO\t0\t{new.name}\t{new.name}\t{new.uscc}\n",
        )

    def _add_licence(self, p: Invention, past: History, index: int) -> None:
        day = past.licensed_on
        assert day is not None
        number = f"X{day.year}99{index:08d}"
        kind = "EXCLUSIVE" if past.exclusive else "COMMON"
        giver, taker = p.holder if past.transferred_on else p.applicant, self._firm(index, 3)
        self.lines["trading.licence_record"].append(
            f"{number}\t{kind}\t{day}\t{day + timedelta(days=1825)}\t{day}\t{_FROM}\n"
        )
        self.lines["trading.licence_patent"].append(f"{number}\t{p.number}\t0\t{_FROM}\n")
        self.lines["trading.licence_party"] += (
            f"{number}\tLICENSOR\t0\t{giver.name}\t{giver.name}\t{giver.uscc}\n",
            f"{number}\tLICENSEE\t0\t{taker.name}\t{taker.name}\t{taker.uscc}\n",
        )

    def _add_open_licence(self, p: Invention, day: date, index: int) -> None:
        number, holder = f"KF9{index:09d}", p.holder
        until = min(day + timedelta(days=3650), p.expires)
        status = "IN_FORCE" if until >= self._world.today else "EXPIRED"
        fee = (mix(self._world.seed, index) >> 8) % 50 * 10_000
        kind = "FIXED" if fee else "FREE"
        self.lines["trading.open_licence_statement"].append(
            f"{number}\t{p.number}\t{kind}\t{f'{fee}.00' if fee else _NULL}\t{kind}\t{day}\t"
            f"{until}\t{status}\t{day}\t{p.applicant.region}\t{_FROM}\n"
        )
        self.lines["trading.open_licence_party"].append(
            f"{number}\t0\t{holder.name}\t{holder.name}\t{holder.uscc}\n"
        )

    def _add_pledge(self, p: Invention, day: date, index: int) -> None:
        number, holder = f"Y{day.year}99{index:08d}", p.holder
        bank = BANKS[index % 2]
        amount = ((p.bits >> 16) % 500 + 10) * 10_000
        self.lines["finance.pledge_registration"].append(
            f"{number}\t{amount}.00\tFIXED\t{day}\t{day + timedelta(days=730)}\t{day}\t{_FROM}\n"
        )
        self.lines["finance.patent_facts"].append(f"{p.number}\t{p.applicant.region}\n")
        self.lines["finance.pledge_patent"].append(f"{number}\t{p.number}\t0\t{_FROM}\n")
        self.lines["finance.pledge_party"] += (
            f"{number}\tPLEDGOR\t0\t{holder.name}\t{holder.name}\t{holder.uscc}\n",
            f"{number}\tPLEDGEE\t0\t{bank}\t{bank}\t{_NULL}\n",
        )

    def _add_listing(self, p: Invention, day: date, index: int) -> None:
        listing, seller = _uuid(index, 4, day), p.holder
        until = day + timedelta(days=365)
        deal = ("TRANSFER", "LICENCE_COMMON")[(p.bits >> 5) % 2]
        price = ((p.bits >> 18) % 300 + 1) * 10_000
        self.lines["trading.listing"].append(
            f"{listing}\t{PLATFORMS[index % 2]}\tLT-{index:08d}\t{p.title}\t{seller.name}\t"
            f"{seller.name}\t{seller.uscc}\t{deal}\tLISTING\t{price}.00\tFIXED\t{seller.industry}\t"
            f"{seller.region}\t{day}\t{until}\tLISTED\t{_FROM}\n"
        )
        self.lines["trading.listing_patent"].append(f"{listing}\t0\t{p.number}\n")

    def _firm(self, index: int, salt: int) -> Firm:
        firms = self._world.firms
        return firms[mix(self._world.seed + salt, index) % len(firms)]


_CODES: Final = (
    *("PB01", "SE01", "GR01", "WD01", "CP02", "CB03", "TR01", "EE01", "PE01", "OL01", "PP01"),
    *("CF01", "CX01"),
)
_NULL: Final = "\\N"
_GRANTED: Final = {"1": "B", "2": "U", "3": "S"}


def _uuid(number: int, kind: int, day: date) -> UUID:
    """Return a UUID of version 7 (RFC 9562 §5.7), made of a day and a number."""
    milliseconds = (day.toordinal() - 719_163) * 86_400_000
    return UUID(int=milliseconds << 80 | 7 << 76 | kind << 64 | 2 << 62 | number)
