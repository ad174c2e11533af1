"""What the parameter of a requirement must be, by its check (DOMAIN §2.5)."""

from __future__ import annotations

from typing import Final

from resolvers.refusal import Problems

PRODUCT_FIELDS: Final = (
    "title",
    "summary",
    "provider",
    "usesDataFoundations",
    "regions",
    "industries",
    "price",
    "responseDays",
)
"""Fields of a service product that a standard may ask for, as clients know them."""

GRADES: Final = ("A", "B", "C", "D")
"""Credit grades, best first."""

MOST_DAYS: Final = 3_650
_WITHOUT_PARAMETER: Final = frozenset({"EVIDENCE_ATTACHED", "MANUAL"})


def check_parameter(problems: Problems, check: str, parameter: str | None, *path: str) -> None:
    """Add what is wrong with a requirement's parameter: PARAMETER_EXTRA, PARAMETER_MISSING,
    PARAMETER_INVALID.

    Whether a data foundation exists is for the command to find out.
    """
    if check in _WITHOUT_PARAMETER:
        problems.check(
            parameter is None,
            "PARAMETER_EXTRA",
            f"{check} 不需要参数",
            f"{check} takes no parameter",
            *path,
        )
        return
    if parameter is None:
        problems.add(
            "PARAMETER_MISSING", f"{check} 须给出参数", f"{check} needs a parameter", *path
        )
        return
    zh, en, holds = _judge(check, parameter)
    problems.check(holds, "PARAMETER_INVALID", zh, en, *path)


def _judge(check: str, parameter: str) -> tuple[str, str, bool]:
    """Return what the parameter should be, in two languages, and whether it is."""
    if check == "FIELD_PRESENT":
        names = ", ".join(PRODUCT_FIELDS)
        return f"参数应为产品字段：{names}", f"A field: {names}", parameter in PRODUCT_FIELDS
    if check == "MAX_RESPONSE_DAYS":
        within = parameter.isascii() and parameter.isdigit() and len(parameter) <= 4
        return (
            f"参数应为 1 至 {MOST_DAYS} 的整数",
            f"A whole number from 1 to {MOST_DAYS}",
            within and 1 <= int(parameter) <= MOST_DAYS,
        )
    if check == "MIN_CREDIT_GRADE":
        return "参数应为 A、B、C 或 D", "A, B, C or D", parameter in GRADES
    return "参数应为数据底座代码", "The code of a data foundation", bool(parameter)
