-- The catalogue: data foundations with their grants, service standards, service products
-- (DOMAIN §1 B8-B10, B22, B32, F10-F12; §2.5; §2.6).
create schema if not exists catalog;

create function catalog.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

-- Grams for substring search in Chinese: the single characters and the pairs of neighbours of a text.
create function catalog.search_grams(value text) returns text[]
language plpgsql immutable strict parallel safe
as $$
declare
    characters text[] := string_to_array(lower(value), null);
    grams text[] := characters;
begin
    for position in 1 .. cardinality(characters) - 1 loop
        grams := grams || (characters[position] || characters[position + 1]);
    end loop;
    return grams;
end
$$;

create table catalog.status_change (
    id bigint generated always as identity primary key,
    workflow text not null, key text collate "C" not null,
    from_status text, to_status text not null, action text,
    by_subject text not null, by_role text not null,
    at timestamptz not null, comment text
);
create index status_change_key on catalog.status_change (workflow, key, id);

-- 数据底座: a described data resource; the data themselves belong to other subgraphs.
create table catalog.data_foundation (
    -- the resource number of CNIPA when there is one, else DF-…
    code text collate "C" primary key,
    name text not null,
    description text not null,
    -- null: the hub itself
    provider_code text collate "C",
    topic text not null check (topic in (
        'PATENT_BIBLIOGRAPHIC', 'PATENT_LEGAL_STATUS', 'OPEN_LICENCE', 'TRANSFER', 'LICENCE', 'PLEDGE',
        'VALUATION', 'INTENSIVE_PRODUCT', 'NAVIGATION', 'LISTING', 'DEMAND', 'CREDIT', 'STATISTICS')),
    openness text not null check (openness in ('OPEN', 'CONDITIONAL', 'RESTRICTED')),
    licence_terms text not null,
    update_cycle text not null check (update_cycle in (
        'REAL_TIME', 'DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'YEARLY')),
    coverage_from date,
    coverage_to date,
    -- both as the subgraph of the topic told the worker
    record_count bigint not null default 0 check (record_count >= 0),
    last_refreshed_at timestamptz
);
create index data_foundation_topic on catalog.data_foundation (topic, code);
create index data_foundation_provider on catalog.data_foundation (provider_code, code);

create table catalog.data_foundation_field (
    foundation_code text collate "C" not null references catalog.data_foundation on delete cascade,
    ordinal integer not null,
    -- as clients know it in the graph
    name text collate "C" not null,
    name_zh text not null,
    type text not null,
    required boolean not null,
    sensitivity text not null check (sensitivity in ('PUBLIC', 'INTERNAL', 'PERSONAL', 'COMMERCIAL')),
    primary key (foundation_code, ordinal),
    unique (foundation_code, name)
);

create table catalog.data_access_grant (
    id uuid primary key default catalog.new_id(),
    foundation_code text collate "C" not null references catalog.data_foundation,
    grantee_code text collate "C" not null,
    -- whose provincial office reads it
    jurisdiction_code text collate "C" not null,
    purpose text not null,
    status text not null check (status in (
        'REQUESTED', 'APPROVED', 'REFUSED', 'ACTIVE', 'EXPIRED', 'REVOKED')),
    -- null: all fields
    fields text[],
    valid_from date,
    valid_to date,
    -- the deciding platform's code, or CNIPA
    decided_by text,
    requests bigint not null default 0,
    records bigint not null default 0,
    last_used_at timestamptz
);
create unique index data_access_grant_pending on catalog.data_access_grant
    (foundation_code, grantee_code) where status in ('REQUESTED', 'APPROVED');
create index data_access_grant_grantee on catalog.data_access_grant (grantee_code, status, id);
create index data_access_grant_foundation on catalog.data_access_grant (foundation_code, id);
create index data_access_grant_ending on catalog.data_access_grant (valid_to)
    where status in ('APPROVED', 'ACTIVE');

-- 服务标准
create table catalog.service_standard (
    code text collate "C" not null check (code ~ '^SS-[A-Z]{3}-[0-9]{3}$'),
    version text collate "C" not null,
    title text not null,
    -- the functional platform; null: CNIPA
    issuer_code text collate "C",
    basis text[] not null,
    service_kind text collate "C" not null check (service_kind in (
        'SUPPLY_DEMAND_MATCHING', 'DEAL_BROKERING', 'VALUATION', 'INVESTMENT_FINANCING', 'INSURANCE',
        'ADVANCED_TECH_TRANSFER', 'INTERNATIONAL_OPERATION', 'PATENT_PRODUCT_FILING',
        'PATENT_NAVIGATION', 'MANAGEMENT_ASSESSMENT', 'SERVICE_EVALUATION', 'OPEN_LICENCE_SERVICE',
        'RECORDAL_SERVICE')),
    status text not null check (status in (
        'DRAFT', 'CONSULTATION', 'IN_FORCE', 'SUPERSEDED', 'WITHDRAWN')),
    effective_from date,
    -- products stay alive for a time from this day on
    superseded_on date,
    replaced_by text collate "C",
    created_at timestamptz not null default now(),
    primary key (code, version),
    foreign key (code, replaced_by) references catalog.service_standard,
    constraint standard_superseded check ((status = 'SUPERSEDED') = (superseded_on is not null))
);
create unique index service_standard_in_force on catalog.service_standard (code)
    where status = 'IN_FORCE';
create index service_standard_kind on catalog.service_standard (service_kind, status, code, version);
create index service_standard_status on catalog.service_standard (status, code, version);

create table catalog.standard_requirement (
    id uuid primary key default catalog.new_id(),
    code text collate "C" not null,
    version text collate "C" not null,
    ordinal integer not null,
    text text not null,
    mandatory boolean not null,
    check_kind text not null check (check_kind in (
        'FIELD_PRESENT', 'DATA_FOUNDATION_USED', 'EVIDENCE_ATTACHED', 'MAX_RESPONSE_DAYS',
        'MIN_CREDIT_GRADE', 'MANUAL')),
    parameter text,
    foreign key (code, version) references catalog.service_standard,
    unique (code, version, ordinal)
);

-- 服务产品. Numbers are given per publisher.
create table catalog.product_number (
    publisher_code text collate "C" primary key,
    last integer not null
);

create table catalog.service_product (
    id uuid primary key default catalog.new_id(),
    number text not null,
    publisher_code text collate "C" not null,
    -- whose provincial office supervises the publisher
    jurisdiction_code text collate "C" not null,
    title text not null,
    summary text not null,
    kind text collate "C" not null,
    provider_uscc text collate "C",
    standard_code text collate "C" not null,
    standard_version text collate "C" not null,
    -- the standard's issuer, who reviews
    issuer_code text collate "C",
    price_amount numeric,
    price_currency text not null default 'CNY',
    price_kind text not null check (price_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    price_amount_min numeric,
    price_amount_max numeric,
    price_rate numeric,
    price_royalty_base text check (price_royalty_base in ('NET_SALES', 'PROFIT')),
    price_original text,
    response_days integer check (response_days > 0),
    status text collate "C" not null check (status in (
        'DRAFT', 'CONFORMANCE_FAILED', 'UNDER_REVIEW', 'REJECTED', 'PUBLISHED', 'SUSPENDED', 'RETIRED',
        'SUPERSEDED')),
    version integer not null default 1,
    published_at timestamptz,
    -- a centre's or jurisdiction's code, or why it happened by itself: CENTER_STATUS, STANDARD_STATUS
    suspended_by text collate "C",
    -- the product this one is a new version of
    supersedes uuid references catalog.service_product,
    search_text text not null generated always as (lower(title || chr(10) || summary)) stored,
    foreign key (standard_code, standard_version) references catalog.service_standard,
    unique (publisher_code, number),
    constraint product_suspended check ((status = 'SUSPENDED') = (suspended_by is not null))
);
create index service_product_status on catalog.service_product (status, id);
create index service_product_kind on catalog.service_product (kind, status, id);
create index service_product_publisher on catalog.service_product (publisher_code, status, id);
create index service_product_provider on catalog.service_product (provider_uscc, id);
create index service_product_issuer on catalog.service_product (issuer_code, status, id);
create index service_product_jurisdiction on catalog.service_product (jurisdiction_code, id);
create index service_product_standard on catalog.service_product
    (standard_code, standard_version, status);
create index service_product_search on catalog.service_product
    using gin (catalog.search_grams(search_text));

create table catalog.product_region (
    product_id uuid not null references catalog.service_product on delete cascade,
    ordinal integer not null,
    region_code text collate "C" not null,
    primary key (product_id, ordinal)
);
create index product_region_code on catalog.product_region (region_code, product_id);

create table catalog.product_industry (
    product_id uuid not null references catalog.service_product on delete cascade,
    ordinal integer not null,
    industry_code text collate "C" not null,
    primary key (product_id, ordinal)
);
create index product_industry_code on catalog.product_industry (industry_code, product_id);

create table catalog.product_foundation (
    product_id uuid not null references catalog.service_product on delete cascade,
    ordinal integer not null,
    foundation_code text collate "C" not null references catalog.data_foundation,
    primary key (product_id, ordinal)
);

create table catalog.product_evidence (
    product_id uuid not null references catalog.service_product on delete cascade,
    ordinal integer not null,
    requirement_id uuid not null references catalog.standard_requirement,
    title text not null,
    reference text not null,
    primary key (product_id, ordinal)
);

-- Results of the last run of checks.
create table catalog.product_conformance (
    product_id uuid not null references catalog.service_product on delete cascade,
    requirement_id uuid not null references catalog.standard_requirement,
    passed boolean not null,
    detail text,
    primary key (product_id, requirement_id)
);
