"""The schema text: as checked in, as specified, described in both languages, composable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)

from schema import SUBGRAPHS
from schema.__main__ import sdl_file
from tests.support.shared import SHARED, needs_shared

# What the specified SDL has and the hub does not have yet, with the reason.
NOT_YET: dict[str, set[str]] = {
    "reference": set(),
    "catalog": set(),
    "featured": set(),
    "finance": set(),
    "tools": set(),
    "reporting": set(),
    "patents": set(),
    "platforms": set(),
    "trading": set(),
}
# Organisations and centres come in as files too, which the specification's list of feeds forgot.
MORE_VALUES = {"FeedKind": ["ORGANIZATION", "OPERATION_CENTER"]}
# Beside the list of centres that the specification has there is one in pages.
MORE_TYPES = {
    # appeals are decided, institutions come to be resident, and platforms of the other support
    # tools note what no feed brings
    "tools": {
        *("ResidencyInput", "ResidencyPayload"),
        *("NavigationReportInput", "NavigationApplicationInput", "NavigationReportPayload"),
        *("ReportOpenness", "ManagementAssessmentInput", "ManagementAssessmentPayload"),
        *("ServiceGradingInput", "ServiceGradingPayload"),
    },
    # the specification has international projects, and no way to write them
    "featured": {"InternationalInput", "InternationalPayload"},
    "catalog": {
        "EvidenceLink",  # a reviewer must be able to read it
        # a platform describes its data foundations (DOMAIN §2.4)
        *("DataFoundationInput", "DataFieldInput", "DataFoundationPayload"),
    },
    # batches, their rows and conflicts in pages
    "reporting": {
        *("IngestBatchConnection", "IngestRowConnection", "DataConflictConnection", "PageInfo"),
        *("IngestRow", "RawValue", "RowOutcome", "DataConflict", "Confidence"),
        *("AuditRecord", "AuditRecordConnection", "AuditOutcome"),
        # sources, their pulls, and asking for one
        *("DataSource", "DataSourceConnection", "DataSourcePayload", "DeadLetter"),
        *("SourceKind", "SourcePull", "SourceSchedule", "PullStatus"),
        # a feed of changes of all records, for those who mirror them
        *("ChangeFeed", "RecordChange", "ChangeKind", "ChangeNotice"),
        # refused rows as a file and back; how complete a delivery was
        *("IngestExport", "ExportEncoding", "ExportFormat", "IngestIssueTotal", "DataDelivery"),
        *("RowCorrectionInput", "CellCorrectionInput"),
    },
    # a feed of changes, for readers that keep a copy
    "patents": {"PatentChange", "PatentChangePage", "PatentOrder"},
    "platforms": {
        *("OperationCenterConnection", "PageInfo"),
        # what the specified types need to be written, and rounds with their warnings
        *("Decimal", "RecognitionRound", "RecognitionRoundInput", "RecognitionRoundPayload"),
        *("PolicyDocumentInput", "PolicyDocumentPayload", "SupportMeasureInput"),
        *("SupervisionStep", "TaskAction", "WorkPlanPayload"),
    },
    # CNIPA's part in the life of a statement; the answer to a match; orders of lists
    "trading": {"OpenLicenceEnding", "MatchPayload", "ListingOrder", "OpenLicenceOrder"},
    # a financial platform notes what no feed brings: valuations and insurance
    "finance": {
        *("ValuationInput", "ValuationPayload", "InsurancePolicyInput", "InsurancePayload"),
    },
}


def definitions(sdl: str) -> dict[str, Any]:
    document = parse(sdl, no_location=True)
    return {
        each.name.value: each  # type: ignore[attr-defined]
        for each in document.definitions
        if getattr(each, "name", None) is not None
    }


def signature(field: Any) -> str:
    """Return type, arguments and defaults of a field or input value, without descriptions."""
    arguments = ", ".join(
        f"{argument.name.value}: {signature(argument)}"
        for argument in getattr(field, "arguments", None) or ()
    )
    default = getattr(field, "default_value", None)
    value = f" = {print_ast(default)}" if default is not None else ""
    return f"({arguments}) {print_ast(field.type)}{value}"


def keys(definition: Any) -> set[str]:
    """Return the keys of a type, and whether it is shareable."""
    return {
        print_ast(directive)
        for directive in definition.directives or ()
        if directive.name.value in ("key", "shareable")
    }


def compare(name: str, wanted: Any, found: Any, absent: set[str]) -> Iterator[str]:
    """Yield every difference between a specified type and ours; ours may have more fields."""
    if type(wanted) is not type(found):
        yield f"{name}: {type(wanted).__name__} is {type(found).__name__}"
    elif isinstance(wanted, EnumTypeDefinitionNode):
        ours, theirs = ([v.name.value for v in each.values] for each in (found, wanted))
        if ours != theirs + MORE_VALUES.get(name, []):
            yield f"{name}: {theirs} is {ours}"
    elif isinstance(wanted, (ObjectTypeDefinitionNode, InputObjectTypeDefinitionNode)):
        if keys(wanted) != keys(found):
            yield f"{name}: {keys(wanted)} is {keys(found)}"
        ours_by_name = {field.name.value: field for field in found.fields or ()}
        for field in wanted.fields or ():
            coordinate = f"{name}.{field.name.value}"
            ours_field = ours_by_name.get(field.name.value)
            if coordinate in absent:
                if ours_field is not None:
                    yield f"{coordinate} is there now: strike it from the list"
            elif ours_field is None:
                yield f"{coordinate} is missing"
            elif signature(field) != signature(ours_field):
                yield f"{coordinate}: {signature(field)} is {signature(ours_field)}"


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "reference",
        "patents",
        "platforms",
        "catalog",
        "featured",
        "trading",
        "finance",
        "tools",
        "reporting",
    ],
)
def test_as_specified(name: str) -> None:
    specified = definitions((SHARED / f"data/sdl/{name}.graphql").read_text(encoding="utf-8"))
    ours = definitions(SUBGRAPHS[name].sdl)
    absent = NOT_YET[name]
    differences = [
        difference
        for type_name, wanted in specified.items()
        if type_name not in absent
        for difference in (
            compare(type_name, wanted, ours[type_name], absent)
            if type_name in ours
            else [f"{type_name} is missing"]
        )
    ]
    assert differences == []
    assert set(ours) <= set(specified) | MORE_TYPES.get(name, set())
    assert not {type_name for type_name in absent & set(ours) if "." not in type_name}


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_checked_in_text_is_what_is_served(name: str) -> None:
    checked_in = sdl_file(name).read_text(encoding="utf-8")
    assert checked_in == SUBGRAPHS[name].sdl, "run `python -m schema` and review the difference"


def described(definition: Any, name: str) -> Iterator[tuple[str, str | None]]:
    """Yield the coordinate and description of a definition and all its parts."""
    yield name, definition.description.value if definition.description else None
    parts = (
        *(getattr(definition, "fields", None) or ()),
        *(getattr(definition, "values", None) or ()),
        *(getattr(definition, "arguments", None) or ()),
    )
    for part in parts:
        yield from described(part, f"{name}.{part.name.value}")


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_everything_is_described_in_chinese_and_english(name: str) -> None:
    for type_name, definition in definitions(SUBGRAPHS[name].sdl).items():
        for coordinate, text in described(definition, type_name):
            lines = (text or "").split("\n")
            assert len(lines) == 2, coordinate
            assert any("\u4e00" <= character <= "\u9fff" for character in lines[0]), coordinate
            assert lines[1][:1].isascii(), coordinate
            assert lines[1].strip(), coordinate


def test_shared_types_are_described_alike() -> None:
    """Composition hints at differing descriptions of one type or field."""
    seen: dict[str, str | None] = {}
    for schema in SUBGRAPHS.values():
        for type_name, definition in definitions(schema.sdl).items():
            if isinstance(definition, ScalarTypeDefinitionNode | ObjectTypeDefinitionNode):
                for coordinate, text in described(definition, type_name):
                    if coordinate in seen and type_name != "Query":
                        assert seen[coordinate] == text, coordinate
                    seen[coordinate] = text


def test_machinery_is_not_in_the_text() -> None:
    for schema in SUBGRAPHS.values():
        assert "@link" in schema.sdl
        assert not any(
            word in schema.sdl for word in ("_Any", "_Entity", "_entities", "_service", "_Service")
        )
        assert schema.sdl is schema.sdl  # made once
