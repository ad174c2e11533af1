-- Pledge registrations (DOMAIN §2.5, §4.2). Taken in before the finance subgraph shows them: the bars
-- of open licences and the screening of listings depend on them.
create schema if not exists finance;

create table finance.pledge_registration (
    registration_number text collate "C" primary key,
    secured_amount numeric,
    secured_currency text not null default 'CNY',
    secured_kind text check (secured_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    secured_amount_min numeric,
    secured_amount_max numeric,
    secured_rate numeric,
    secured_royalty_base text check (secured_royalty_base in ('NET_SALES', 'PROFIT')),
    secured_per_year boolean not null default false,
    secured_original text,
    debt_term_from date,
    debt_term_to date,
    registered_on date not null,
    cancelled_on date,
    -- null when the source does not say
    pledgee_consents_open_licence boolean,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    check (debt_term_from <= debt_term_to)
);
create index pledge_registered on finance.pledge_registration (registered_on, registration_number);

-- One row of the feed: a registration names several patents in several rows.
create table finance.pledge_patent (
    registration_number text collate "C" not null
        references finance.pledge_registration on delete cascade,
    application_number text collate "C" not null,
    ordinal integer not null,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    primary key (registration_number, application_number)
);
create index pledge_patent_number on finance.pledge_patent (application_number, registration_number);

create table finance.pledge_party (
    registration_number text collate "C" not null
        references finance.pledge_registration on delete cascade,
    role text not null check (role in ('PLEDGOR', 'PLEDGEE')),
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    uscc text collate "C",
    primary key (registration_number, role, ordinal)
);
create index pledge_party_uscc on finance.pledge_party (uscc, registration_number);
create index pledge_party_unresolved on finance.pledge_party (name_key) where uscc is null;
