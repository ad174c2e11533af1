-- Support tools (DOMAIN B25-B28, A15, F17): intensive products, navigation reports, management
-- assessments, service gradings, credit evaluations, residencies, and the history of their states.
create schema if not exists tools;

-- UUID version 7: 48 bits of Unix milliseconds, the rest random. PostgreSQL has its own from 18 on.
create function tools.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

-- The running part of filing numbers; the hub gives them, whatever becomes of the filing.
create sequence tools.filing_serial;

create table tools.intensive_product (
    filing_number text collate "C" primary key,
    name text not null,
    name_key text collate "C" not null,
    filer_uscc text collate "C" not null,
    filer_is_holder boolean not null,
    industry_code text collate "C" not null,
    year integer not null,
    revenue_cny numeric check (revenue_cny >= 0),
    -- share of the filer's revenue
    revenue_share double precision check (revenue_share between 0 and 1),
    status text not null check (status in (
        'DRAFT', 'FILED', 'UNDER_REVIEW', 'PUBLIC_NOTICE', 'RECOGNISED', 'NOT_RECOGNISED',
        'EXPIRED', 'REVOKED')),
    filed_on date not null,
    recognised_on date,
    valid_to date,
    -- the centre that handed it in, null for the filer itself; and the office where the filer is
    submitted_by text collate "C",
    jurisdiction_code text collate "C",
    recorded_at timestamptz not null default now(),
    check ((status in ('RECOGNISED', 'EXPIRED', 'REVOKED')) = (recognised_on is not null)),
    check ((recognised_on is null) = (valid_to is null))
);
-- A product of a year is filed once, unless the earlier filing came to nothing.
create unique index intensive_product_once on tools.intensive_product (filer_uscc, year, name_key)
    where status not in ('NOT_RECOGNISED', 'EXPIRED', 'REVOKED');
create index intensive_product_newest on tools.intensive_product (filed_on, filing_number);
create index intensive_product_status on tools.intensive_product (status, filed_on, filing_number);
create index intensive_product_industry on tools.intensive_product
    (industry_code, filed_on, filing_number);
create index intensive_product_filer on tools.intensive_product
    (filer_uscc, filed_on, filing_number);
create index intensive_product_term on tools.intensive_product (valid_to)
    where status = 'RECOGNISED';

create table tools.intensive_product_patent (
    filing_number text collate "C" not null references tools.intensive_product on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (filing_number, ordinal)
);
create unique index intensive_product_patent_number on tools.intensive_product_patent
    (application_number, filing_number);

-- Recognised products by industry, those below included; remade by a timer.
create table tools.industry_statistic (
    industry_code text collate "C" primary key,
    products integer not null
);

create table tools.navigation_report (
    report_number text collate "C" primary key,
    title text not null,
    kind text not null check (kind in (
        'REGIONAL_PLANNING', 'INDUSTRY_PLANNING', 'ENTERPRISE_OPERATION', 'R_AND_D',
        'TALENT_MANAGEMENT')),
    commissioned_by text,
    completed_by_uscc text collate "C",
    industry_code text collate "C",
    region_code text collate "C",
    completed_on date not null,
    patents_analysed integer check (patents_analysed >= 0),
    openness text not null check (openness in ('OPEN', 'CONDITIONAL', 'RESTRICTED')),
    -- what the navigation platform counts (notice 571 of 2023)
    views integer not null default 0 check (views >= 0),
    download_requests integer not null default 0 check (download_requests >= 0),
    comments integer not null default 0 check (comments >= 0),
    platform_code text collate "C" not null,
    recorded_at timestamptz not null default now()
);
create index navigation_newest on tools.navigation_report (completed_on, report_number);
create index navigation_kind on tools.navigation_report (kind, completed_on, report_number);
create index navigation_industry on tools.navigation_report
    (industry_code, completed_on, report_number);
create index navigation_region on tools.navigation_report
    (region_code, completed_on, report_number);

create table tools.navigation_ipc (
    report_number text collate "C" not null references tools.navigation_report on delete cascade,
    ordinal integer not null,
    symbol text collate "C" not null,
    primary key (report_number, ordinal)
);
create index navigation_ipc_symbol on tools.navigation_ipc (symbol, report_number);

create table tools.navigation_application (
    report_number text collate "C" not null references tools.navigation_report on delete cascade,
    ordinal integer not null,
    applied_by text not null,
    applied_on date,
    effect text,
    primary key (report_number, ordinal)
);

create table tools.management_assessment (
    id uuid primary key default tools.new_id(),
    organization_uscc text collate "C" not null,
    standard text not null,
    level integer not null check (level between 1 and 5),
    score double precision not null check (score between 0 and 100),
    assessed_on date not null,
    assessor_uscc text collate "C",
    platform_code text collate "C" not null,
    recorded_at timestamptz not null default now(),
    unique (organization_uscc, standard, assessed_on)
);

create table tools.service_grading (
    id uuid primary key default tools.new_id(),
    institution_uscc text collate "C" not null,
    category text not null check (category in (
        'AGENCY', 'VALUATION', 'BROKERAGE', 'OPERATION', 'LEGAL', 'INFORMATION', 'CONSULTING',
        'TRAINING', 'FINANCE')),
    grade text not null check (grade in ('A', 'B', 'C', 'D')),
    score double precision check (score between 0 and 100),
    year integer not null,
    platform_code text collate "C" not null,
    recorded_at timestamptz not null default now(),
    unique (institution_uscc, year, category)
);

create table tools.credit_evaluation (
    id uuid primary key default tools.new_id(),
    institution_uscc text collate "C" not null,
    platform_code text collate "C" not null,
    -- the office in charge of the platform
    jurisdiction_code text collate "C",
    grade text not null check (grade in ('A', 'B', 'C', 'D')),
    score double precision not null check (score between 0 and 100),
    valid_from date not null,
    valid_to date not null,
    status text not null check (status in (
        'DRAFT', 'PUBLISHED', 'UNDER_APPEAL', 'REVISED', 'EXPIRED')),
    appeal text,
    recorded_at timestamptz not null default now(),
    published_at timestamptz,
    check (valid_from <= valid_to),
    check ((status = 'DRAFT') = (published_at is null))
);
create index credit_newest on tools.credit_evaluation (valid_to, id);
create index credit_status on tools.credit_evaluation (status, valid_to, id);
create index credit_platform on tools.credit_evaluation (platform_code, valid_to, id);
-- the latest published one of an institution
create index credit_institution on tools.credit_evaluation (institution_uscc, published_at, id)
    where status in ('PUBLISHED', 'UNDER_APPEAL', 'REVISED');

create table tools.credit_indicator (
    evaluation_id uuid not null references tools.credit_evaluation on delete cascade,
    ordinal integer not null,
    name text not null,
    weight double precision not null check (weight > 0 and weight <= 1),
    score double precision not null check (score between 0 and 100),
    source text not null,
    primary key (evaluation_id, ordinal)
);

create table tools.residency (
    id uuid primary key default tools.new_id(),
    institution_uscc text collate "C" not null,
    platform_code text collate "C" not null,
    -- the office in charge of the platform
    jurisdiction_code text collate "C",
    category text not null check (category in (
        'AGENCY', 'VALUATION', 'BROKERAGE', 'OPERATION', 'LEGAL', 'INFORMATION', 'CONSULTING',
        'TRAINING', 'FINANCE')),
    -- day of application, then of admission
    begins_on date not null,
    ends_on date,
    status text not null check (status in ('APPLIED', 'ACTIVE', 'SUSPENDED', 'LEFT', 'EXPELLED')),
    check ((status in ('LEFT', 'EXPELLED')) = (ends_on is not null))
);
create unique index residency_once on tools.residency
    (institution_uscc, platform_code, category) where ends_on is null;
create index residency_institution on tools.residency (institution_uscc, begins_on, id);
create index residency_platform on tools.residency (platform_code, begins_on, id);
create index residency_platform_status on tools.residency (platform_code, status, begins_on, id);

create table tools.status_change (
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
create index status_change_key on tools.status_change (workflow, key, id);
