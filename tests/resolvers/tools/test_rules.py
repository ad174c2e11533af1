"""Rules of tools against tables worked out by hand from DOMAIN §2.7 and §2.5."""

from __future__ import annotations

from decimal import Decimal

import pytest

from resolvers.refusal import Problems
from resolvers.tools.rules.credit_grade import Indicator, evaluate, weights_fit
from resolvers.tools.rules.product_rights import check_rights


def indicators(*given: tuple[str, str, str]) -> list[Indicator]:
    return [Indicator(name, Decimal(weight), Decimal(score), "s") for name, weight, score in given]


SUGGESTED = (
    ("资质", "0.15"),
    ("合同履约", "0.25"),
    ("投诉率", "0.20"),
    ("数据真实性", "0.20"),
    ("行政处罚", "0.20"),
)


def suggested(*scores: str) -> list[Indicator]:
    return indicators(
        *((name, weight, score) for (name, weight), score in zip(SUGGESTED, scores, strict=True))
    )


@pytest.mark.parametrize(
    ("given", "score", "grade"),
    [
        (indicators(("a", "1", "100")), "100", "A"),
        (indicators(("a", "1", "85")), "85", "A"),
        (indicators(("a", "1", "84.999")), "84.999", "B"),
        (indicators(("a", "1", "70")), "70", "B"),
        (indicators(("a", "1", "69.99")), "69.99", "C"),
        (indicators(("a", "1", "60")), "60", "C"),
        (indicators(("a", "1", "59.99")), "59.99", "D"),
        (indicators(("a", "1", "0")), "0", "D"),
        # 0.15·80 + 0.25·90 + 0.20·100 + 0.20·75 + 0.20·100 = 12 + 22.5 + 20 + 15 + 20 = 89.5
        (suggested("80", "90", "100", "75", "100"), "89.5", "A"),
        # a penalty caps at C: 12 + 22.5 + 20 + 15 + 19.8 = 89.3
        (suggested("80", "90", "100", "75", "99"), "89.3", "C"),
        # 7.5 + 12.5 + 10 + 10 + 10 = 50: a cap raises nothing
        (suggested("50", "50", "50", "50", "50"), "50", "D"),
        (indicators(("Penalties", "0.5", "80"), ("b", "0.5", "100")), "90", "C"),
        (indicators(("Penalty record", "0.5", "100"), ("b", "0.5", "100")), "100", "A"),
        # weights of 0.999 are within the tolerance: the mean is of what they are
        (indicators(("a", "0.5", "80"), ("b", "0.499", "90")), "84.994995", "B"),
    ],
)
def test_grades(given: list[Indicator], score: str, grade: str) -> None:
    credit = evaluate(given)
    assert (credit.score, credit.grade) == (Decimal(score), grade)


@pytest.mark.parametrize(
    ("weights", "fit"),
    [
        (["1"], True),
        (["0.5", "0.5"], True),
        (["0.1"] * 10, True),
        (["0.333"] * 3, True),
        (["0.5", "0.501"], True),
        (["0.5", "0.499"], True),
        (["0.5", "0.5011"], False),
        (["0.5", "0.4989"], False),
        ([], False),
    ],
)
def test_weights(weights: list[str], fit: bool) -> None:
    assert weights_fit(indicators(*((str(i), each, "1") for i, each in enumerate(weights)))) is fit


@pytest.mark.parametrize(
    ("held", "licensed", "holder", "codes"),
    [
        ("AB", "", True, []),
        ("A", "", True, ["FILER_NOT_HOLDER"]),
        ("A", "B", True, ["FILER_NOT_HOLDER"]),
        ("", "", True, ["FILER_NOT_HOLDER", "FILER_NOT_HOLDER"]),
        ("", "AB", False, []),
        ("A", "B", False, []),
        ("A", "", False, ["FILER_NOT_LICENSED"]),
        ("AB", "", False, ["FILER_IS_HOLDER"]),
    ],
)
def test_rights_of_a_filer(held: str, licensed: str, holder: bool, codes: list[str]) -> None:
    problems = Problems()
    check_rights(problems, ["A", "B"], set(held), set(licensed), holder)
    assert [each.code for each in problems.found] == codes
