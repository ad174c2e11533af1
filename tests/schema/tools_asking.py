"""What the tests of tools ask with."""

from __future__ import annotations

from typing import Any

from tests.schema.tools_world import (
    AGENCY,
)

NAVIGATE = """mutation ($input: NavigationReportInput!) { recordNavigationReport(input: $input) {
  report { reportNumber title ipcClasses { symbol } applications { by effect }
           usage { views downloadRequests comments } }
  errors { code path } } }"""


REPORT: dict[str, Any] = {
    "reportNumber": "dh-7",
    "title": "电池导航",
    "kind": "R_AND_D",
    "completedOn": "2024-06-15",
    "openness": "OPEN",
    "industryCode": "C3841",
    "regionCode": "440305",
    "completedByUscc": AGENCY,
    "ipcSymbols": ["H01M", "H01M 10/60", "H01M"],
    "applications": [{"by": "示例甲", "effect": "立项"}],
}


GRADE = """mutation ($input: ServiceGradingInput!) { recordServiceGrading(input: $input) {
  grading { category grade score year institution { uscc } } errors { code } } }"""


GRADING: dict[str, Any] = {
    "institutionUscc": AGENCY,
    "category": "AGENCY",
    "grade": "B",
    "year": 2024,
    "score": 77,
}
