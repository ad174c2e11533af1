"""Rows of tools over the small world: filings, reports, gradings, credit, residencies."""

from __future__ import annotations

from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from tests.schema.world import BATTERY, CENTER, FROM_TEST, HOLDER, LASER, OLD, OTHER, PROVENANCE

AGENCY = "91110108MA9T00229E"
NAVIGATION_TOOL = "FU-110000-01"  # of the small world
PRODUCT_TOOL = "FU-110000-02"
GRADING_TOOL = "FU-110000-03"
STANDARD_TOOL = "FU-110000-04"

RECOGNISED, DRAFT, EXPIRED = "PIP2024900001", "PIP2024900002", "PIP2020900001"
CREDIT_OLD = "01900000-0000-7000-8000-0000000c1001"
CREDIT_NOW = "01900000-0000-7000-8000-0000000c1002"
CREDIT_DRAFT = "01900000-0000-7000-8000-0000000c1003"
CREDIT_ELSEWHERE = "01900000-0000-7000-8000-0000000c1004"
CREDIT_OVER = "01900000-0000-7000-8000-0000000c1005"
CREDIT_LATER = "01900000-0000-7000-8000-0000000c1006"
RESIDENT = "01900000-0000-7000-8000-0000000d1001"
APPLICANT = "01900000-0000-7000-8000-0000000d1002"

CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)
TRADER = Caller("test:ft", Role.FUNCTIONAL_PLATFORM, center=CENTER)
OTHER_TRADER = Caller("test:ft2", Role.FUNCTIONAL_PLATFORM, center="FT-310000-01")
NAVIGATOR = Caller("test:fu1", Role.FUNCTIONAL_PLATFORM, center=NAVIGATION_TOOL)
RECOGNISER = Caller("test:fu2", Role.FUNCTIONAL_PLATFORM, center=PRODUCT_TOOL)
GRADER = Caller("test:fu3", Role.FUNCTIONAL_PLATFORM, center=GRADING_TOOL)
ASSESSOR = Caller("test:fu4", Role.FUNCTIONAL_PLATFORM, center=STANDARD_TOOL)
REGIONAL = Caller("test:rc", Role.REGIONAL_CENTER, center="RC-440000-01")
INDUSTRIAL = Caller("test:ic", Role.INDUSTRY_CENTER, center="IC-440300-01")
GUANGDONG = Caller("test:440000", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
BEIJING = Caller("test:110000", Role.PROVINCIAL_OFFICE, jurisdiction="110000")
FILER = Caller("test:holder", Role.THIRD_PARTY_INSTITUTION, uscc=HOLDER)
INSTITUTION = Caller("test:agency", Role.THIRD_PARTY_INSTITUTION, uscc=AGENCY)
STRANGER = Caller("test:other", Role.THIRD_PARTY_INSTITUTION, uscc=OTHER)


async def add_tools(database: Database) -> None:
    """Add the platforms of the tools, and what they hold."""
    tools = ", ".join(
        f"('{code}', 'FUNCTIONAL', 'SUPPORT_TOOL', '{tool}', '示例{tool}平台', 'CASE_BY_CASE', "
        f"'{OTHER}', '110000', '110000', 'RECOGNISED', '国知函〔示例〕1号', {FROM_TEST})"
        for code, tool in (
            (PRODUCT_TOOL, "PATENT_INTENSIVE_PRODUCT"),
            (GRADING_TOOL, "SERVICE_GRADING"),
            (STANDARD_TOOL, "INNOVATION_MANAGEMENT_STANDARD"),
        )
    )
    await database.execute(
        "test.tools",
        f"""
        insert into platforms.operation_center
          (code, kind, function, support_tool, name, name_scheme, host_uscc, region_code,
           jurisdiction_code, status, recognition_document, {PROVENANCE}) values {tools};
        insert into reference.organization
          (uscc, name, name_key, kind, region_code, {PROVENANCE}) values
          ('{AGENCY}', '示例专利代理事务所', '示例专利代理事务所', 'SERVICE_AGENCY', '110101',
           {FROM_TEST});
        insert into tools.intensive_product
          (filing_number, name, name_key, filer_uscc, filer_is_holder, industry_code, year,
           revenue_cny, revenue_share, status, filed_on, recognised_on, valid_to, submitted_by,
           jurisdiction_code) values
          ('{RECOGNISED}', '示例焊机', '示例焊机', '{HOLDER}', true, 'C3841', 2023, 483700000, 0.35,
           'RECOGNISED', '2024-02-01', '2024-05-01', '2027-04-30', 'RC-440000-01', '440300'),
          ('{DRAFT}', '示例电池', '示例电池', '{HOLDER}', false, 'C3841', 2023, 1000.5, null,
           'DRAFT', '2024-06-01', null, null, 'RC-440000-01', '440300'),
          ('{EXPIRED}', '示例切割头', '示例切割头', '{OTHER}', true, 'M', 2019, null, null,
           'EXPIRED', '2020-02-01', '2020-05-01', '2023-04-30', null, '320000');
        insert into tools.intensive_product_patent values
          ('{RECOGNISED}', 0, '{LASER}'), ('{DRAFT}', 0, '{BATTERY}'), ('{DRAFT}', 1, '{LASER}'),
          ('{EXPIRED}', 0, '{OLD}');
        insert into tools.navigation_report
          (report_number, title, kind, commissioned_by, completed_by_uscc, industry_code,
           region_code, completed_on, patents_analysed, openness, views, download_requests,
           comments, platform_code) values
          ('DH1', '电池产业导航', 'INDUSTRY_PLANNING', '示例委托', '{AGENCY}', 'C3841', '440305',
           '2024-03-31', 17837, 'CONDITIONAL', 120, 15, 3, '{NAVIGATION_TOOL}'),
          ('DH2', '深圳区域导航', 'REGIONAL_PLANNING', null, null, null, '440300', '2023-05-20',
           null, 'OPEN', 0, 0, 0, '{NAVIGATION_TOOL}'),
          ('DH3', '企业导航', 'ENTERPRISE_OPERATION', null, null, 'C38', null, '2023-05-20', null,
           'RESTRICTED', 0, 0, 0, '{NAVIGATION_TOOL}');
        insert into tools.navigation_ipc values
          ('DH1', 0, 'H01M'), ('DH1', 1, 'B60L50/00'), ('DH2', 0, 'H01M10/60');
        insert into tools.navigation_application values
          ('DH1', 0, '示例甲', '2024-05-01', '确定研发方向'), ('DH1', 1, '示例乙', null, null);
        insert into tools.management_assessment
          (organization_uscc, standard, level, score, assessed_on, assessor_uscc, platform_code)
          values ('{HOLDER}', 'ISO 56005', 3, 82.5, '2024-01-10', '{AGENCY}', '{STANDARD_TOOL}'),
                 ('{HOLDER}', 'ISO 56005', 2, 70, '2023-01-10', null, '{STANDARD_TOOL}');
        insert into tools.service_grading
          (institution_uscc, category, grade, score, year, platform_code) values
          ('{AGENCY}', 'AGENCY', 'A', 92.5, 2023, '{GRADING_TOOL}'),
          ('{AGENCY}', 'LEGAL', 'C', null, 2022, '{GRADING_TOOL}');
        insert into tools.credit_evaluation
          (id, institution_uscc, platform_code, jurisdiction_code, grade, score, valid_from,
           valid_to, status, appeal, published_at) values
          ('{CREDIT_OLD}', '{AGENCY}', '{CENTER}', '110000', 'B', 81, '2023-07-01', '2024-06-30',
           'PUBLISHED', null, '2023-07-01T00:00:00Z'),
          ('{CREDIT_NOW}', '{AGENCY}', '{CENTER}', '110000', 'A', 92.5, '2024-01-01', '2024-12-31',
           'UNDER_APPEAL', '得分有误', '2024-01-02T00:00:00Z'),
          ('{CREDIT_DRAFT}', '{AGENCY}', '{CENTER}', '110000', 'D', 40, '2024-06-01', '2025-05-31',
           'DRAFT', null, null),
          ('{CREDIT_ELSEWHERE}', '{AGENCY}', 'FT-310000-01', '310000', 'C', 66, '2023-12-01',
           '2024-11-30', 'REVISED', null, '2023-12-01T00:00:00Z'),
          ('{CREDIT_OVER}', '{OTHER}', '{CENTER}', '110000', 'A', 90, '2023-01-01', '2024-06-14',
           'PUBLISHED', null, '2023-01-01T00:00:00Z'),
          ('{CREDIT_LATER}', '{HOLDER}', '{CENTER}', '110000', 'D', 30, '2024-06-16', '2025-06-15',
           'PUBLISHED', null, '2024-06-10T00:00:00Z');
        insert into tools.credit_indicator values
          ('{CREDIT_NOW}', 0, '资质', 0.4, 100, '年检'),
          ('{CREDIT_NOW}', 1, '投诉率', 0.6, 87.5, '平台');
        insert into tools.residency
          (id, institution_uscc, platform_code, jurisdiction_code, category, begins_on, status)
          values
          ('{RESIDENT}', '{AGENCY}', '{CENTER}', '110000', 'AGENCY', '2023-06-01', 'ACTIVE'),
          ('{APPLICANT}', '{AGENCY}', '{CENTER}', '110000', 'LEGAL', '2024-06-10', 'APPLIED');
        """,
    )
