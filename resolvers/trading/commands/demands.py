"""Demands: a centre publishes what an organisation is looking for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse
from resolvers.trading.commands import sql
from resolvers.trading.commands.matching import match_demand
from resolvers.trading.facts import gather_names
from resolvers.trading.rules.screening.remaining_term import add_months
from resolvers.trading.workflows.demand import DEMANDS
from resolvers.value_rows import MoneyRow, money_values
from resolvers.values.text import party_name_key

MOST_CLASSES: Final = 20
LONGEST_MONTHS: Final = 60
PUBLISHED: Final = "trading.demand_published"


@dataclass(frozen=True, slots=True)
class DemandDraft:
    """A demand as typed in; texts are tidied and codes canonical. `kind` None: any deal."""

    number: str
    title: str
    demander_uscc: str
    kind: str | None
    industry_code: str | None
    region_code: str | None
    ipc_symbols: tuple[str, ...]
    budget: MoneyRow
    valid_until: date


async def publish_demand(
    command: Command, peers: Peers, draft: DemandDraft, problems: Problems, today: date
) -> UUID:
    """Publish a demand, compare it with the listings on offer, and return its id.

    Raises:
        Refused: what `problems` holds already, LIST_COUNT, LIST_REPEATED, DATE_PAST, DATE_TOO_FAR,
            ORGANIZATION_UNKNOWN, NUMBER_TAKEN.
    """
    _check(draft, problems, today)
    names = await gather_names(peers, [draft.demander_uscc])
    problems.check(
        draft.demander_uscc in names,
        "ORGANIZATION_UNKNOWN",
        f"未登记的组织：{draft.demander_uscc}",
        f"No organisation is registered as {draft.demander_uscc}",
        *("input", "demanderUscc"),
    )
    problems.raise_if_any()
    async with command.transaction() as work:
        demand_id = await _insert(work, draft, names[draft.demander_uscc])
        key = work.key = str(demand_id)
        await record_change(work, "trading", Change(DEMANDS.name, key, None, "OPEN", "PUBLISH"))
        await match_demand(work.tx, demand_id, work.now)
        await work.publish(
            PUBLISHED, key, {"industry": draft.industry_code, "region": draft.region_code}
        )
    return demand_id


async def close_demand(command: Command, demand_id: UUID, comment: str | None) -> None:
    """Close a demand that is not pursued any more; its proposals go.

    Raises:
        Forbidden: another centre published it.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED.
    """
    async with command.transaction() as work:
        record = await work.tx.fetchrow("trading.lock_demand", sql.LOCK_DEMAND, demand_id)
        if record is None:
            raise not_found("没有这一需求", "There is no such demand", "id")
        key = work.key = str(demand_id)
        subject = Subject.of(publisher=record["center_code"])
        found = DEMANDS.check(record["status"], "CLOSE", command.caller, subject, comment)
        target = found.targets[0]
        await work.tx.execute("trading.close", sql.SET_DEMAND_STATUS, demand_id, target)
        change = Change(DEMANDS.name, key, record["status"], target, "CLOSE", comment)
        await record_change(work, "trading", change)


async def _insert(work: Work, draft: DemandDraft, name: str) -> UUID:
    demand_id: UUID | None = await work.tx.fetchval(
        "trading.insert_demand",
        sql.INSERT_DEMAND,
        draft.number,
        work.caller.center,
        work.caller.subject,
        draft.title,
        name,
        party_name_key(name),
        draft.demander_uscc,
        draft.kind,
        draft.industry_code,
        draft.region_code,
        list(draft.ipc_symbols),
        *money_values(draft.budget),
        draft.valid_until,
        hashlib.sha256(repr(draft).encode()).hexdigest(),
        work.now,
        "PLATFORM" if work.caller.function else "CENTER",
    )
    if demand_id is None:
        raise refuse(
            "NUMBER_TAKEN",
            f"本中心已有需求编号 {draft.number}",
            f"The centre has a demand {draft.number} already",
            *("input", "number"),
        )
    return demand_id


def _check(draft: DemandDraft, problems: Problems, today: date) -> None:
    path = ("input", "ipcClasses")
    problems.check(
        len(draft.ipc_symbols) <= MOST_CLASSES,
        "LIST_COUNT",
        f"最多 {MOST_CLASSES} 个分类号",
        f"At most {MOST_CLASSES} classes",
        *path,
    )
    problems.check(
        len(set(draft.ipc_symbols)) == len(draft.ipc_symbols),
        "LIST_REPEATED",
        "分类号重复",
        "A class is named twice",
        *path,
    )
    problems.check(
        draft.valid_until >= today,
        "DATE_PAST",
        "有效期已过",
        "The last day of validity has passed",
        *("input", "validUntil"),
    )
    problems.check(
        draft.valid_until <= add_months(today, LONGEST_MONTHS),
        "DATE_TOO_FAR",
        f"有效期最长 {LONGEST_MONTHS} 个月",
        f"A demand is valid for at most {LONGEST_MONTHS} months",
        *("input", "validUntil"),
    )
