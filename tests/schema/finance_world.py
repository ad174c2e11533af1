"""Rows of finance over the small world: pledges, valuations, projects to be seen or not."""

from __future__ import annotations

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.world import BATTERY, FROM_TEST, HOLDER, LASER, OLD, OTHER, PROVENANCE

FINANCIAL = "FF-440400-01"
BANK = "91110102MA9T0019X7"
VALUATION = "01900000-0000-7000-8000-0000000f1001"
PROJECT_APPLIED = "01900000-0000-7000-8000-0000000f2001"
PROJECT_GRANTED = "01900000-0000-7000-8000-0000000f2002"
PROJECT_DEFAULTED = "01900000-0000-7000-8000-0000000f2003"
POLICY = "BX1"

PUBLIC = ANONYMOUS
CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)
PLATFORM = Caller("test:ff", Role.FUNCTIONAL_PLATFORM, center=FINANCIAL)
OTHER_PLATFORM = Caller("test:ff2", Role.FUNCTIONAL_PLATFORM, center="FF-610000-01")
TRADER = Caller("test:ft", Role.FUNCTIONAL_PLATFORM, center="FT-110000-01")
REGIONAL = Caller("test:rc", Role.REGIONAL_CENTER, center="RC-440000-01")
STRANGE_CENTER = Caller("test:ic", Role.INDUSTRY_CENTER, center="IC-440300-01")
GUANGDONG = Caller("test:440000", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
SHENZHEN = Caller("test:440300", Role.PROVINCIAL_OFFICE, jurisdiction="440300")
JIANGSU = Caller("test:320000", Role.PROVINCIAL_OFFICE, jurisdiction="320000")
APPLICANT = Caller("test:holder", Role.THIRD_PARTY_INSTITUTION, uscc=HOLDER)
LENDER = Caller("test:bank", Role.THIRD_PARTY_INSTITUTION, uscc=BANK)
STRANGER = Caller("test:other", Role.THIRD_PARTY_INSTITUTION, uscc=OTHER)
OPERATOR = Caller("test:operator", Role.HUB_OPERATOR)


async def add_finance(database: Database) -> None:
    """Add four pledges (one changed, one cancelled, two joint ones of a patent), a valuation, three
    projects, a policy; and the platform and the bank they name."""
    await database.execute(
        "test.finance",
        f"""
        insert into reference.organization
          (uscc, name, name_key, kind, region_code, {PROVENANCE}) values
          ('{BANK}', '示例银行股份有限公司', '示例银行股份有限公司', 'BANK', '110102', {FROM_TEST});
        insert into platforms.operation_center
          (code, kind, function, name, name_scheme, named_on, host_uscc, region_code,
           jurisdiction_code, status, {PROVENANCE}) values
          ('{FINANCIAL}', 'FUNCTIONAL', 'FINANCIAL_SERVICE', '国家知识产权运营（珠海）金融服务平台',
           'NOTICE_2022_1002', '2022-12-30', '{HOLDER}', '440400', '440000', 'RECOGNISED',
           {FROM_TEST}),
          ('FF-610000-01', 'FUNCTIONAL', 'FINANCIAL_SERVICE', '示例西安金融服务平台',
           'NOTICE_2022_1002', '2022-12-30', '{HOLDER}', '610000', '610000', 'NOT_RECOGNISED',
           {FROM_TEST});
        insert into finance.pledge_registration
          (registration_number, secured_amount, secured_kind, secured_currency, debt_term_from,
           debt_term_to, registered_on, cancelled_on, pledgee_consents_open_licence, changed,
           {PROVENANCE}) values
          ('Y1', 3000000, 'FIXED', 'CNY', '2023-05-01', '2024-05-01', '2023-05-01', null, true,
           false, {FROM_TEST}),
          ('Y2', 500000, 'FIXED', 'CNY', '2022-01-01', '2023-01-01', '2022-01-01', '2023-01-05',
           false, false, {FROM_TEST}),
          ('Y3', 800000, 'FIXED', 'CNY', null, null, '2023-06-01', null, null, true, {FROM_TEST}),
          ('Y4', 900000, 'FIXED', 'USD', null, null, '2023-07-01', null, false, false,
           {FROM_TEST});
        insert into finance.pledge_patent
          (registration_number, application_number, ordinal, {PROVENANCE}) values
          ('Y1', '{LASER}', 0, {FROM_TEST}), ('Y2', '{LASER}', 0, {FROM_TEST}),
          ('Y3', '{BATTERY}', 0, {FROM_TEST}), ('Y3', '{OLD}', 1, {FROM_TEST}),
          ('Y4', 'CN2021100000016', 0, {FROM_TEST});
        insert into finance.pledge_party values
          ('Y1', 'PLEDGOR', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('Y1', 'PLEDGEE', 0, '示例银行股份有限公司', '示例银行股份有限公司', '{BANK}'),
          ('Y2', 'PLEDGOR', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('Y2', 'PLEDGEE', 0, '示例某银行', '示例某银行', null),
          ('Y3', 'PLEDGOR', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('Y3', 'PLEDGOR', 1, '示例乙新材料有限公司', '示例乙新材料有限公司', '{OTHER}'),
          ('Y3', 'PLEDGEE', 0, '示例银行股份有限公司', '示例银行股份有限公司', '{BANK}'),
          ('Y4', 'PLEDGOR', 0, '示例乙新材料有限公司', '示例乙新材料有限公司', '{OTHER}');
        insert into finance.pledge_change values
          ('Y3', 0, '2024-01-02', 'DEBT_TERM_TO', '2024-01-31', '2025-01-31', 's', null),
          ('Y3', 1, '2024-01-02', 'SECURED_AMOUNT', '700000.00 CNY', '800000.00 CNY', 's', null);
        insert into finance.patent_facts values
          ('{LASER}', '440305'), ('{BATTERY}', '440305'), ('{OLD}', '320505');
        insert into finance.organization_facts values ('{HOLDER}', '440305'), ('{OTHER}', '320505');
        insert into finance.valuation_report
          (id, method, value_amount, value_kind, base_date, purpose, appraiser_name,
           appraiser_uscc, holder_usccs, standard, platform_code, jurisdiction_code) values
          ('{VALUATION}', 'INCOME', 4200000, 'FIXED', '2023-03-31', 'PLEDGE', '示例评估',
           '{OTHER}', '{{{HOLDER}}}', 'GB/T 42748-2023', '{FINANCIAL}', '440000');
        insert into finance.valuation_patent values ('{VALUATION}', 0, '{LASER}');
        insert into finance.financing_project
          (id, title, kind, applicant_uscc, amount_amount, amount_kind, provider_uscc, status,
           platform_code, jurisdiction_code, submitted_by, applied_on, granted_on) values
          ('{PROJECT_APPLIED}', '申请中', 'EQUITY', '{HOLDER}', 1000000, 'FIXED', null, 'APPLIED',
           '{FINANCIAL}', '440000', 'RC-440000-01', '2024-06-01', null),
          ('{PROJECT_GRANTED}', '已放款', 'PLEDGE_LOAN', '{HOLDER}', 3000000, 'FIXED', '{BANK}',
           'GRANTED', '{FINANCIAL}', '440000', '{FINANCIAL}', '2023-04-01', '2023-05-02'),
          ('{PROJECT_DEFAULTED}', '违约', 'PLEDGE_LOAN', '{HOLDER}', 500000.25, 'FIXED', '{BANK}',
           'DEFAULTED', '{FINANCIAL}', '440000', '{FINANCIAL}', '2022-01-02', '2022-02-03');
        insert into finance.financing_patent values
          ('{PROJECT_GRANTED}', 0, '{LASER}'), ('{PROJECT_GRANTED}', 1, '{BATTERY}');
        insert into finance.insurance_policy
          (policy_number, kind, insured_uscc, insurer_uscc, cover_amount, cover_kind, term_from,
           term_to, platform_code, jurisdiction_code) values
          ('{POLICY}', 'EXECUTION', '{HOLDER}', '{BANK}', 1000000, 'FIXED', '2023-01-01',
           '2025-12-31', '{FINANCIAL}', '440000');
        insert into finance.insurance_patent values ('{POLICY}', 0, '{LASER}');
        """,
    )
