-- Indicators and business reports (DOMAIN §2.5, §2.8), the totals made of accepted ones, and what this
-- subgraph must know of centres, which `platforms` owns.

-- What `platforms` says about each centre, kept up by the worker and by every report that is saved.
-- Rights are checked against it where reading may not ask another subgraph.
create table reporting.center (
    code text collate "C" primary key,
    kind text not null,
    function text,
    status text not null,
    region_code text collate "C" not null,
    jurisdiction_code text collate "C" not null,
    industry_codes text[] not null default '{}',
    seen_at timestamptz not null
);
create index center_jurisdiction on reporting.center (jurisdiction_code, code);

create table reporting.indicator (
    code text collate "C" primary key,
    ordinal integer not null unique,
    name text not null,
    name_zh text not null,
    unit text not null check (unit in ('COUNT', 'CNY', 'PERCENT', 'PERSON', 'SCORE', 'DAY')),
    -- Chinese first line, English second
    definition text not null,
    -- platform functions and kinds of centres
    applies_to text[] not null,
    -- how values of shorter periods make that of a longer one
    aggregation text not null check (aggregation in ('SUM', 'LAST', 'AVERAGE', 'MAX')),
    -- field of the graph the reported value is compared with
    reconciled_with text
);
insert into reporting.indicator
    (ordinal, code, name, name_zh, unit, aggregation, applies_to, reconciled_with, definition) values
    (1, 'TRADE_DEAL_COUNT', 'Deals closed', '成交项目数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', 'trading.OperationCenter.dealCount',
     E'本期通过平台（中心）成交的转让、许可等项目数\nDeals of any kind closed through the centre in the period'),
    (2, 'TRADE_DEAL_AMOUNT_CNY', 'Amount of deals', '成交金额', 'CNY', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', 'trading.OperationCenter.dealAmountCny',
     E'本期成交项目的合同金额合计（元）\nSum of the agreed prices of these deals, in yuan'),
    (3, 'LICENCE_COUNT', 'Licences', '许可合同数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期促成的许可合同数（不含开放许可）\nLicence contracts brought about, open licences left out'),
    (4, 'OPEN_LICENCE_STATEMENTS', 'Open-licence statements', '开放许可声明数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期经平台（中心）发布的开放许可声明数\nOpen-licence statements published through the centre'),
    (5, 'OPEN_LICENCE_CONTRACTS', 'Open-licence contracts', '开放许可合同数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期依开放许可声明达成的合同数\nContracts made on open-licence statements'),
    (6, 'PLEDGE_COUNT', 'Pledges', '质押项目数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期促成的专利权质押登记数\nPledge registrations brought about'),
    (7, 'PLEDGE_AMOUNT_CNY', 'Amount secured by pledges', '质押金额', 'CNY', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,REGIONAL,INDUSTRY}', null,
     E'上述质押所担保的债权金额合计（元）\nSum of the debts these pledges secure, in yuan'),
    (8, 'VALUATION_COUNT', 'Valuations', '评估项目数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期完成的知识产权评估数\nValuations of intellectual property completed'),
    (9, 'INSURED_PATENTS', 'Patents insured', '投保专利数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期新投保的专利件数\nPatents newly insured'),
    (10, 'RESIDENT_INSTITUTIONS', 'Resident institutions', '入驻机构数', 'COUNT', 'LAST',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,SUPPORT_TOOL,REGIONAL,INDUSTRY}',
     'tools.OperationCenter.residentInstitutions',
     E'期末入驻的第三方机构数\nThird-party institutions resident at the end of the period'),
    (11, 'SERVED_ENTERPRISES', 'Enterprises served', '服务企业数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,SUPPORT_TOOL,REGIONAL,INDUSTRY}', null,
     E'本期服务的企业数\nEnterprises served'),
    (12, 'DEMANDS_PUBLISHED', 'Demands published', '发布需求数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期发布的技术需求数\nDemands for technology published'),
    (13, 'DEMANDS_MATCHED', 'Demands matched', '对接成功需求数', 'COUNT', 'SUM',
     '{TRADING_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}', null,
     E'本期对接成功的技术需求数\nDemands for technology matched'),
    (14, 'SCREENED_LISTINGS', 'Listings screened', '排查标的数', 'COUNT', 'SUM',
     '{TRADING_SERVICE}', null,
     E'本期排查的交易标的数\nListings screened'),
    (15, 'SCREEN_BLOCKED', 'Listings blocked', '排查拦截数', 'COUNT', 'SUM',
     '{TRADING_SERVICE}', null,
     E'本期排查中被拦截的交易标的数\nListings blocked by the screening'),
    (16, 'INVESTMENT_CNY', 'Financing brought about', '投融资金额', 'CNY', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,REGIONAL,INDUSTRY}',
     'finance.OperationCenter.financedAmountCny',
     E'本期通过平台（中心）发放的投融资金额（元）\nFinancing granted through the centre, in yuan'),
    (17, 'SERVICE_REVENUE_CNY', 'Service revenue', '服务收入', 'CNY', 'SUM',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,SUPPORT_TOOL,REGIONAL,INDUSTRY}', null,
     E'本期运营服务收入（元）\nRevenue of operation services, in yuan'),
    (18, 'STAFF_FULL_TIME', 'Full-time staff', '专职人员数', 'PERSON', 'LAST',
     '{TRADING_SERVICE,FINANCIAL_SERVICE,FEATURED_SERVICE,SUPPORT_TOOL,REGIONAL,INDUSTRY}', null,
     E'期末专职人员数\nFull-time staff at the end of the period');

create table reporting.business_report (
    id uuid primary key default reporting.new_id(),
    number text collate "C" not null unique,
    center_code text collate "C" not null,
    period_kind text not null check (period_kind in ('MONTH', 'QUARTER', 'YEAR')),
    period_label text collate "C" not null,
    period_from date not null,
    period_to date not null,
    year integer not null,
    status text not null check (status in ('DRAFT', 'SUBMITTED', 'VALIDATION_FAILED', 'RETURNED',
        'PROVINCE_CONFIRMED', 'ACCEPTED', 'LOCKED')),
    version integer not null default 1,
    due_on date not null,
    -- the last time it was submitted and passed the checks
    submitted_at timestamptz,
    -- the first time, a day in China: lateness is judged by it
    first_submitted_on date,
    -- of the centre when it reported; a region that is retired later keeps its code here
    region_code text collate "C" not null,
    jurisdiction_code text collate "C" not null,
    industry_codes text[] not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (center_code, period_label)
);
create index business_report_center on reporting.business_report (center_code, period_from, id);
create index business_report_jurisdiction on reporting.business_report
    (jurisdiction_code, period_from, id);
create index business_report_period on reporting.business_report (period_label, status, number);
create index business_report_newest on reporting.business_report (period_from, id);
create index business_report_status on reporting.business_report (status, period_from, id);

create table reporting.report_value (
    report_id uuid not null references reporting.business_report on delete cascade,
    indicator_code text collate "C" not null references reporting.indicator,
    value numeric(20, 2) not null,
    note text,
    -- what the records of the hub say; null where it holds none
    derived numeric(20, 2),
    primary key (report_id, indicator_code)
);

create table reporting.report_issue (
    report_id uuid not null references reporting.business_report on delete cascade,
    ordinal integer not null,
    -- null for an issue of the whole report
    indicator_code text collate "C",
    code text not null,
    severity text not null check (severity in ('ERROR', 'WARNING')),
    -- Chinese first line, English second
    message text not null,
    raw text,
    primary key (report_id, ordinal)
);

create table reporting.status_change (
    id bigint generated always as identity primary key,
    workflow text not null,
    key text collate "C" not null,
    from_status text,
    to_status text not null,
    action text,
    by_subject text not null,
    by_role text not null,
    at timestamptz not null,
    comment text
);
create index status_change_key on reporting.status_change (workflow, key, id);

-- Sums over the centres of an area, of ACCEPTED and LOCKED reports only; written in the transaction
-- that accepts or reopens one. A centre counts in its region and all above it, and in each of its
-- industries and all above them.
create table reporting.indicator_total (
    scope text not null check (scope in ('REGION', 'INDUSTRY')),
    -- 000000 is the whole country
    code text collate "C" not null,
    indicator_code text collate "C" not null references reporting.indicator,
    period_kind text not null,
    period_from date not null,
    period_label text collate "C" not null,
    value numeric(24, 2) not null,
    centers integer not null,
    updated_at timestamptz not null,
    primary key (scope, code, indicator_code, period_kind, period_from)
);
create index indicator_total_period on reporting.indicator_total (period_label);
