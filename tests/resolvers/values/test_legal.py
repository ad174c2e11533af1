"""Legal events: codes, texts in their three spellings, and the projection onto a status."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.reference.shipped import read_shipped
from resolvers.values.event_text import (
    EventDetail,
    holder_change,
    parse_event_text,
    split_event_blocks,
)
from resolvers.values.legal_events import effective_date, event_codes, parse_event_code
from resolvers.values.legal_status import (
    StatusEvent,
    expiry_date,
    project_legal_status,
)
from tests.support.shared import SHARED, needs_shared


class TestCodes:
    def test_every_code_has_a_category_of_st27(self) -> None:
        categories = {row["category"] for row in read_shipped("st27_categories.csv")}
        assert len(event_codes()) == 33
        assert {event.st27_category for event in event_codes().values()} <= categories

    @pytest.mark.parametrize(
        ("text", "code", "category"),
        [
            ("TR01", "TR01", "R"),
            (" pe01", "PE01", "S"),
            ("授权", "GR01", "F"),
            ("公开", "PB01", "Q"),
        ],
    )
    def test_code_or_name(self, text: str, code: str, category: str) -> None:
        value = parse_event_code(text).value
        assert value is not None
        assert (value.code, value.st27_category) == (code, category)

    def test_unknown_codes_are_kept_and_nonsense_is_refused(self) -> None:
        result = parse_event_code("QB01")
        assert result.codes == ("W_LEGAL_EVENT_UNKNOWN",)
        assert result.value is not None
        assert (result.value.st27_category, result.value.effect) == ("W", "NONE")
        assert parse_event_code("授权吗").codes == ("LEGAL_EVENT_FORMAT",)


LINES = """专利权的转移
IPC(主分类):A41D   1/00
变更事项:专利权人
变更前权利人:示例甲公司
变更后权利人:示例乙公司
变更事项:地址
变更前权利人:示例市一号
变更后权利人:示例市二号
登记生效日:20121116"""


class TestTexts:
    def test_lines_and_one_line_say_the_same(self) -> None:
        glued = LINES.replace("\n", ";").replace("转移;", "转移") + ";"
        full_width = LINES.replace(":", "：").replace("(", "（").replace(")", "）")
        parsed = parse_event_text(LINES)
        assert parsed.name == "专利权的转移"
        assert parsed.details[0] == EventDetail("IPC(主分类)", "A41D 1/00")
        assert parse_event_text(glued) == parsed
        assert parse_event_text(full_width) == parsed

    def test_an_address_is_not_a_holder(self) -> None:
        change = holder_change(parse_event_text(LINES).details)
        assert (change.before, change.after) == (("示例甲公司",), ("示例乙公司",))

    def test_a_co_owner_who_leaves(self) -> None:
        text = (
            "专利权的转移\n变更前专利权人:甲\n变更前地址:某地\n变更后专利权人:甲\n变更后地址:某地\n"
            "变更前共同专利权人:乙\n变更后:"
        )
        change = holder_change(parse_event_text(text).details)
        assert (change.before, change.after) == (("甲", "乙"), ("甲",))

    def test_a_value_with_a_separator_stays_whole(self) -> None:
        details = parse_event_text("授权被许可人:甲;乙;许可种类:普通许可;").details
        assert [(detail.label, detail.value) for detail in details] == [
            ("被许可人", "甲;乙"),
            ("许可种类", "普通许可"),
        ]

    def test_blocks(self) -> None:
        text = (
            "#法律状态公告日：20150325;法律状态：授权;描述信息：授权;"
            "#法律状态公告日：2013.04.10;法律状态：实质审查的生效;"
            "描述信息：实质审查的生效IPC（主分类）：C12N 1/20;申请日：20120101;"
        )
        blocks = split_event_blocks(text)
        assert [(b.announced_on, b.name) for b in blocks] == [
            ("20150325", "授权"),
            ("2013.04.10", "实质审查的生效"),
        ]
        assert parse_event_text(blocks[1].text).details[1] == EventDetail("申请日", "20120101")
        assert split_event_blocks("授权") == ()

    def test_the_effective_date(self) -> None:
        assert effective_date(parse_event_text(LINES).details) == date(2012, 11, 16)
        assert effective_date(()) is None

    @given(st.text(max_size=200))
    def test_any_text_is_taken(self, text: str) -> None:
        parse_event_text(text)
        split_event_blocks(text)

    @needs_shared
    def test_a_real_record(self) -> None:
        path = SHARED / "data/samples_real/cn_patent_cnipr_api_one_record.json"

        def find(node: Any) -> list[Any]:
            if isinstance(node, dict):
                if "legalList" in node:
                    return list(node["legalList"])
                return [item for child in node.values() for item in find(child)]
            if isinstance(node, list):
                return [item for child in node for item in find(child)]
            return []

        events = find(json.loads(path.read_text(encoding="utf-8")))
        assert len(events) == 5
        for event in events:
            assert parse_event_text(event["codeExpl"]).name == event["prsCode"]
            assert parse_event_code(event["strLegalCode"]).ok
        transfer = parse_event_text(events[1]["codeExpl"])
        change = holder_change(transfer.details)
        assert (len(change.before), len(change.after)) == (2, 1)
        assert effective_date(transfer.details) == date(2020, 7, 31)

    @needs_shared
    def test_the_synthetic_package(self) -> None:
        path = SHARED / "data/synthetic/legal_events_prs.xml"
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        space = "{http://www.sipo.gov.cn/XMLSchema/business}"
        records = list(root.iter(f"{space}PRSRecord"))
        assert records
        for record in records:
            text = parse_event_text(record.findtext(f"{space}PRSInformation") or "")
            assert text.name == record.findtext(f"{space}PRSValue")
            assert all(detail.label and ":" not in detail.label for detail in text.details)


def event(code: str, day: str) -> StatusEvent:
    return StatusEvent(code, date.fromisoformat(day))


NOW = date(2026, 1, 1)
GRANTED = (event("PB01", "2015-01-01"), event("SE01", "2015-06-01"), event("GR01", "2018-01-01"))


class TestProjection:
    @pytest.mark.parametrize(
        ("events", "status", "since", "frozen"),
        [
            ((), "UNKNOWN", None, False),
            (GRANTED[:1], "PENDING", "2015-01-01", False),
            (GRANTED[:2], "PENDING", "2015-01-01", False),
            (GRANTED, "IN_FORCE", "2018-01-01", False),
            ((*GRANTED[:2], event("RJ01", "2017-01-01")), "REFUSED", "2017-01-01", False),
            ((*GRANTED[:2], event("WD01", "2017-01-01")), "WITHDRAWN", "2017-01-01", False),
            ((*GRANTED[:2], event("WW01", "2017-01-01")), "WITHDRAWN", "2017-01-01", False),
            ((*GRANTED[:2], event("AD01", "2017-01-01")), "WITHDRAWN", "2017-01-01", False),
            ((*GRANTED, event("CF01", "2020-01-01")), "CEASED_UNPAID_FEE", "2020-01-01", False),
            ((*GRANTED, event("CX01", "2020-01-01")), "EXPIRED", "2020-01-01", False),
            ((*GRANTED, event("AV01", "2020-01-01")), "SURRENDERED", "2020-01-01", False),
            ((*GRANTED, event("AV02", "2020-01-01")), "SURRENDERED", "2020-01-01", False),
            ((*GRANTED, event("IW01", "2020-01-01")), "INVALIDATED", "2020-01-01", False),
            ((*GRANTED, event("IP01", "2020-01-01")), "IN_FORCE", "2018-01-01", False),
            ((*GRANTED, event("PE01", "2020-01-01")), "IN_FORCE", "2018-01-01", False),
            ((*GRANTED, event("PP01", "2020-01-01")), "IN_FORCE", "2018-01-01", True),
            ((*GRANTED, event("ZZ99", "2020-01-01")), "IN_FORCE", "2018-01-01", False),
        ],
    )
    def test_one_ending(
        self, events: tuple[StatusEvent, ...], status: str, since: str | None, frozen: bool
    ) -> None:
        result = project_legal_status(events, NOW)
        day = date.fromisoformat(since) if since else None
        assert (result.status, result.as_of, result.under_preservation) == (status, day, frozen)

    def test_restoration_gives_back_the_state_before_the_end(self) -> None:
        granted = (*GRANTED, event("CF01", "2020-01-01"), event("RR01", "2020-09-01"))
        pending = (*GRANTED[:2], event("WD01", "2017-01-01"), event("RR01", "2017-09-01"))
        assert project_legal_status(granted, NOW).status == "IN_FORCE"
        assert project_legal_status(granted, NOW).as_of == date(2020, 9, 1)
        assert project_legal_status(pending, NOW).status == "PENDING"
        alone = project_legal_status([event("RR01", "2020-09-01")], NOW, stated="CEASED_UNPAID_FEE")
        assert alone.status == "IN_FORCE"

    def test_a_freeze_ends_with_its_discharge(self) -> None:
        frozen = (*GRANTED, event("PP01", "2020-01-01"), event("PD01", "2021-01-01"))
        assert project_legal_status(frozen, date(2020, 6, 1)).under_preservation
        assert not project_legal_status(frozen, NOW).under_preservation

    def test_events_of_one_day_stand_in_their_legal_order(self) -> None:
        day = "2018-01-01"
        mixed = [event("CF01", day), event("GR01", day), event("PB01", day), event("SE01", day)]
        assert project_legal_status(mixed, NOW).status == "CEASED_UNPAID_FEE"

    def test_the_past_is_seen_as_it_was(self) -> None:
        assert project_legal_status(GRANTED, date(2016, 1, 1)).status == "PENDING"

    def test_a_lapsed_term_shows_without_an_event(self) -> None:
        result = project_legal_status(GRANTED, NOW, expiry_date=date(2025, 5, 5))
        assert (result.status, result.as_of) == ("EXPIRED", date(2025, 5, 5))
        last_day = project_legal_status(GRANTED, date(2025, 5, 4), expiry_date=date(2025, 5, 5))
        assert last_day.status == "IN_FORCE"
        ceased = (*GRANTED, event("CF01", "2020-01-01"))
        result = project_legal_status(ceased, NOW, expiry_date=date(2025, 5, 5))
        assert result.status == "CEASED_UNPAID_FEE"

    def test_what_a_feed_states_holds_until_an_event_decides(self) -> None:
        pledge = [event("PE01", "2020-01-01")]
        result = project_legal_status(pledge, NOW, stated="IN_FORCE", stated_on=date(2019, 1, 1))
        assert (result.status, result.as_of) == ("IN_FORCE", date(2019, 1, 1))
        assert project_legal_status(GRANTED, NOW, stated="REFUSED").status == "IN_FORCE"

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from([*event_codes(), "ZZ99"]), st.integers(0, 2000)), max_size=12
        ),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_arrival_does_not_matter(
        self, drawn: list[tuple[str, int]], random: Any
    ) -> None:
        start = date(2018, 1, 1)
        events = [StatusEvent(code, start + timedelta(days=days)) for code, days in drawn]
        shuffled = list(events)
        random.shuffle(shuffled)
        assert project_legal_status(events, NOW) == project_legal_status(shuffled, NOW)


@pytest.mark.parametrize(
    ("kind", "filed", "ends"),
    [
        ("INVENTION", "2021-09-06", "2041-09-06"),
        ("UTILITY_MODEL", "2020-02-29", "2030-02-28"),
        ("DESIGN", "2021-05-31", "2031-05-31"),
        ("DESIGN", "2021-06-01", "2036-06-01"),
    ],
)
def test_terms(kind: Any, filed: str, ends: str) -> None:
    assert expiry_date(kind, date.fromisoformat(filed)) == date.fromisoformat(ends)
