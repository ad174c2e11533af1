"""Take in a file a centre sends, and roll a batch back."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.refusal import Problem, Refused, not_found, refuse
from resolvers.reporting import sql
from resolvers.reporting.ingest_port import IngestPort
from resolvers.reporting.workflows.ingest import INGEST
from resolvers.reporting.workflows.report import OWN
from resolvers.workflow import require

LARGEST_FILE: Final = 10 * 1024 * 1024
"""Bytes. Larger files come by a source of the adapters, which streams them."""
LONGEST_NAME: Final = 200
LONGEST_REASON: Final = 1_000


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as sent: what it holds, its name where it has one, its bytes in base64."""

    feed: str
    name: str | None
    content: str


async def start_ingest(command: Command, port: IngestPort, center: str, sent: SentFile) -> UUID:
    """Load the file and return its batch; the same bytes again give the old one.

    Raises:
        Forbidden: the centre is not the caller's.
        Refused: BASE64_INVALID, FILE_EMPTY, FILE_TOO_LARGE, FILE_NAME, and what the adapters
            refuse before there is a batch (FEED_NOT_SUPPORTED, SOURCE_BUSY).
    """
    require(OWN, command.caller, Subject.of(center=center))
    _check_name(sent.name)
    content = decode_file(sent.content)
    taken = await port.take_in(command.database, center, sent.feed, sent.name, content)
    if taken.batch_id is None:
        zh, _, en = (taken.message or "").partition("\n")
        raise Refused(Problem(taken.code or "FILE_REFUSED", zh, en or zh, ("contentBase64",)))
    async with command.transaction() as work:
        work.key = taken.batch_id
    return UUID(taken.batch_id)


async def roll_back_ingest(command: Command, port: IngestPort, batch_id: UUID, reason: str) -> None:
    """Undo a loaded batch as far as the hub knows what it did.

    Rows the batch made and nobody changed since are removed. Rows that were there before it, or
    that were changed since, stay as they are: earlier values are not kept. How many of each is
    noted with the batch.

    Raises:
        Refused: NOT_FOUND, REASON_REQUIRED, TRANSITION_NOT_ALLOWED unless the batch is LOADED,
            ROLL_BACK_NOT_SUPPORTED for feeds without a way back.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise refuse(
            "REASON_REQUIRED",
            f"须填写原因，最多 {LONGEST_REASON} 个字符",
            f"A reason is needed, of at most {LONGEST_REASON} characters",
            "reason",
        )
    async with command.transaction() as work:
        record = await work.tx.fetchrow("reporting.batch_lock", sql.BATCH_LOCK, batch_id)
        if record is None:
            raise not_found("没有这个批次", "There is no such batch", "id")
        status, feed = record["status"], record["feed"]
        INGEST.check(status, "ROLL_BACK", command.caller, Subject())
        if not port.can_roll_back(feed):
            raise refuse(
                "ROLL_BACK_NOT_SUPPORTED",
                f"{feed} 类批次不能回退；请重新报送更正后的数据",
                f"Batches of {feed} cannot be rolled back; send corrected data",
                "id",
            )
        done = await port.roll_back(work.tx, str(batch_id))
        await work.tx.execute(
            "reporting.batch_rolled_back",
            sql.BATCH_ROLLED_BACK,
            batch_id,
            work.now,
            reason,
            done.removed,
            done.kept,
        )
        change = Change(INGEST.name, str(batch_id), status, "ROLLED_BACK", "ROLL_BACK", reason)
        await record_change(work, "reporting", change)
        payload = {"status": "ROLLED_BACK"}
        await work.publish("reporting.ingest_progressed", str(batch_id), payload)
        work.key = str(batch_id)


def decode_file(text: str) -> bytes:
    """Return the bytes of a file.

    Raises:
        Refused: BASE64_INVALID, FILE_EMPTY, FILE_TOO_LARGE.
    """
    # four characters hold three bytes: too long a text is not decoded at all
    if len(text) > LARGEST_FILE // 3 * 4 + 8:
        raise _too_large()
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refuse(
            "BASE64_INVALID", "内容不是 base64", "The content is not base64", "contentBase64"
        ) from None
    if not content:
        raise refuse("FILE_EMPTY", "文件为空", "The file is empty", "contentBase64")
    if len(content) > LARGEST_FILE:
        raise _too_large()
    return content


def _too_large() -> Refused:
    return refuse(
        "FILE_TOO_LARGE",
        f"文件超过 {LARGEST_FILE // 1024 // 1024} MiB，请改用数据源拉取",
        f"The file is larger than {LARGEST_FILE // 1024 // 1024} MiB; have it pulled as a source",
        "contentBase64",
    )


def _check_name(name: str | None) -> None:
    if name is not None and not (
        0 < len(name) <= LONGEST_NAME and name.isprintable() and not set(name) & set("/\\")
    ):
        raise refuse(
            "FILE_NAME",
            f"文件名应为 1–{LONGEST_NAME} 个字符，不含路径",
            f"A file name has 1 to {LONGEST_NAME} characters and no path",
            "fileName",
        )
