-- The finance subgraph (DOMAIN §2.5, §2.6): changes of pledges, valuations, financing projects,
-- insurance, statistics by region, and finance's own copies of the regions it counts by.

-- UUID version 7: 48 bits of Unix milliseconds, the rest random. PostgreSQL has its own from 18 on.
create function finance.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

-- EFFECTIVE → CHANGED (a change is kept) → CANCELLED (a day of cancellation is registered).
alter table finance.pledge_registration
    add column changed boolean not null default false;
alter table finance.pledge_registration
    add column status text not null generated always as (
        case when cancelled_on is not null then 'CANCELLED'
             when changed then 'CHANGED'
             else 'EFFECTIVE' end) stored;
create index pledge_status on finance.pledge_registration
    (status, registered_on, registration_number);

-- A registered matter that a source tells anew with another value.
create table finance.pledge_change (
    registration_number text collate "C" not null
        references finance.pledge_registration on delete cascade,
    ordinal integer not null,
    changed_on date not null,
    item text not null check (item in (
        'PLEDGORS', 'PLEDGEES', 'SECURED_AMOUNT', 'DEBT_TERM_FROM', 'DEBT_TERM_TO',
        'REGISTERED_ON', 'OPEN_LICENCE_CONSENT')),
    before text,
    after text,
    source_system text not null,
    batch_id uuid,
    primary key (registration_number, ordinal)
);

-- Own copies of where patents' applicants and organisations are; the subgraphs patents and reference
-- own them. Written with each patent and organisation, so that counts need no other subgraph.
-- A row without a region says that its owner knows none.
create table finance.patent_facts (
    application_number text collate "C" primary key,
    region_code text collate "C"
);
create table finance.organization_facts (
    uscc text collate "C" primary key,
    region_code text collate "C"
);

-- Pledges by region and year of registration, remade by a timer. A region includes those below it;
-- a pledge that belongs to several regions counts once in each, and once in what contains them.
create table finance.pledge_statistic (
    region_code text collate "C" not null,
    year integer not null,
    pledges integer not null,
    -- fixed amounts in CNY only
    amount_cny numeric not null,
    primary key (region_code, year)
);

create table finance.valuation_report (
    id uuid primary key default finance.new_id(),
    method text not null check (method in (
        'COST', 'MARKET', 'INCOME', 'COMPOSITE', 'INDEX_SCORE')),
    value_amount numeric,
    value_currency text not null default 'CNY',
    value_kind text not null check (value_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    value_amount_min numeric,
    value_amount_max numeric,
    value_rate numeric,
    value_royalty_base text check (value_royalty_base in ('NET_SALES', 'PROFIT')),
    value_per_year boolean not null default false,
    value_original text,
    base_date date not null,
    purpose text not null check (purpose in (
        'TRANSFER', 'LICENCE', 'PLEDGE', 'CONTRIBUTION', 'LITIGATION', 'OTHER')),
    appraiser_name text not null,
    appraiser_uscc text collate "C",
    standard text,
    -- the financial platform that recorded it, and the office in charge of that platform
    platform_code text collate "C" not null,
    jurisdiction_code text collate "C",
    recorded_at timestamptz not null default now()
);

create table finance.valuation_patent (
    valuation_id uuid not null references finance.valuation_report on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (valuation_id, ordinal)
);
create unique index valuation_patent_number on finance.valuation_patent
    (application_number, valuation_id);

create table finance.financing_project (
    id uuid primary key default finance.new_id(),
    title text not null,
    kind text not null check (kind in (
        'PLEDGE_LOAN', 'EQUITY', 'SECURITISATION', 'LEASE', 'GUARANTEE', 'FUND')),
    applicant_uscc text collate "C" not null,
    amount_amount numeric,
    amount_currency text not null default 'CNY',
    amount_kind text not null check (amount_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    amount_amount_min numeric,
    amount_amount_max numeric,
    amount_rate numeric,
    amount_royalty_base text check (amount_royalty_base in ('NET_SALES', 'PROFIT')),
    amount_per_year boolean not null default false,
    amount_original text,
    provider_uscc text collate "C",
    status text not null check (status in (
        'APPLIED', 'UNDER_REVIEW', 'APPROVED', 'GRANTED', 'REPAID', 'DEFAULTED', 'REFUSED')),
    platform_code text collate "C" not null,
    -- the office in charge of the platform
    jurisdiction_code text collate "C",
    -- the centre that handed the application in
    submitted_by text collate "C" not null,
    applied_on date not null,
    granted_on date,
    version integer not null default 1,
    check (status not in ('APPROVED', 'GRANTED', 'REPAID', 'DEFAULTED')
           or provider_uscc is not null),
    check ((status in ('GRANTED', 'REPAID', 'DEFAULTED')) = (granted_on is not null))
);
create index financing_newest on finance.financing_project (applied_on, id);
create index financing_status on finance.financing_project (status, applied_on, id);
create index financing_platform on finance.financing_project (platform_code, applied_on, id);
create index financing_platform_status on finance.financing_project
    (platform_code, status, applied_on, id);
create index financing_applicant on finance.financing_project (applicant_uscc, applied_on, id);
create index financing_granted on finance.financing_project (platform_code, granted_on)
    include (amount_amount, amount_currency, amount_kind) where granted_on is not null;

create table finance.financing_patent (
    project_id uuid not null references finance.financing_project on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (project_id, ordinal)
);

create table finance.insurance_policy (
    policy_number text collate "C" primary key,
    kind text not null check (kind in (
        'EXECUTION', 'INFRINGEMENT_LOSS', 'LIABILITY', 'OVERSEAS', 'PLEDGE_GUARANTEE',
        'TRANSFER_LICENCE')),
    insured_uscc text collate "C" not null,
    insurer_uscc text collate "C" not null,
    cover_amount numeric,
    cover_currency text not null default 'CNY',
    cover_kind text not null check (cover_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    cover_amount_min numeric,
    cover_amount_max numeric,
    cover_rate numeric,
    cover_royalty_base text check (cover_royalty_base in ('NET_SALES', 'PROFIT')),
    cover_per_year boolean not null default false,
    cover_original text,
    term_from date not null,
    term_to date not null,
    -- the financial platform that recorded it, and the office in charge of that platform
    platform_code text collate "C" not null,
    jurisdiction_code text collate "C",
    recorded_at timestamptz not null default now(),
    check (term_from <= term_to)
);

create table finance.insurance_patent (
    policy_number text collate "C" not null
        references finance.insurance_policy on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (policy_number, ordinal)
);
create unique index insurance_patent_number on finance.insurance_patent
    (application_number, policy_number);

create table finance.status_change (
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
create index status_change_key on finance.status_change (workflow, key, id);
