"""Whether a filer may file a product on its patents: it holds each, or has a licence to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resolvers.refusal import Problems


def check_rights(
    problems: Problems,
    numbers: Sequence[str],
    held: Collection[str],
    licensed: Collection[str],
    filer_is_holder: bool,
) -> None:
    """Note what does not fit: FILER_NOT_HOLDER and FILER_NOT_LICENSED at each patent, or
    FILER_IS_HOLDER when the filer holds all but says it does not."""
    for place, number in enumerate(numbers):
        path = ("input", "applicationNumbers", str(place))
        if filer_is_holder:
            problems.check(
                number in held,
                "FILER_NOT_HOLDER",
                f"申报人不是专利 {number} 的现专利权人",
                f"The filer does not hold patent {number}",
                *path,
            )
        else:
            problems.check(
                number in held or number in licensed,
                "FILER_NOT_LICENSED",
                f"申报人既不是专利 {number} 的专利权人，也没有有效的备案许可",
                f"The filer neither holds patent {number} nor has a recorded licence in force",
                *path,
            )
    problems.check(
        filer_is_holder or not all(number in held for number in numbers),
        "FILER_IS_HOLDER",
        "申报人是全部专利的专利权人，filerIsHolder 应为 true",
        "The filer holds all the patents: filerIsHolder is true",
        "input",
        "filerIsHolder",
    )
