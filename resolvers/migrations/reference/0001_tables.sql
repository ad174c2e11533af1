-- Reference data: public code lists and the register of organisations (DOMAIN §2.2, §3.3-3.7).
create schema if not exists reference;

-- Grams for substring search in Chinese: the single characters and the pairs of neighbours of a text.
-- Needs no extension, and unlike pg_trgm it works whatever locale the cluster was made with.
create function reference.search_grams(value text) returns text[]
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

-- One row per code and period of validity: a code can be given to another name later.
create table reference.region (
    code text collate "C" not null check (code ~ '^[0-9]{6}$'),
    valid_from integer not null,
    valid_to integer,
    name text not null,
    full_name text not null,
    level text not null check (level in ('COUNTRY', 'PROVINCE', 'PREFECTURE', 'COUNTY')),
    status text not null check (status in ('ACTIVE', 'CHANGED', 'RETIRED')),
    parent_code text collate "C",
    primary key (code, valid_from),
    check (valid_to is null or valid_to >= valid_from)
);
create index region_parent on reference.region (parent_code, code);
create index region_level on reference.region (level, code);
create index region_name_search on reference.region using gin (reference.search_grams(full_name));

-- Codes that took over when a code was retired or renamed.
create table reference.region_successor (
    code text collate "C" not null,
    valid_from integer not null,
    ordinal integer not null,
    successor_code text collate "C" not null,
    primary key (code, valid_from, ordinal),
    foreign key (code, valid_from) references reference.region on delete cascade
);
create index region_successor_of on reference.region_successor (successor_code);

create table reference.jurisdiction (
    code text collate "C" primary key,
    name text not null,
    kind text not null check (kind in ('PROVINCE_LEVEL', 'SEPARATELY_PLANNED_CITY', 'XPCC')),
    lead_office text not null,
    region_code text collate "C"
);
create index jurisdiction_kind on reference.jurisdiction (kind, code);
create index jurisdiction_region on reference.jurisdiction (region_code);

create table reference.industry (
    code text collate "C" primary key,
    name text not null,
    level integer not null check (level between 1 and 4),
    revision text not null,
    parent_code text collate "C"
);
create index industry_parent on reference.industry (parent_code, code);
create index industry_level on reference.industry (level, code);

create table reference.ipc_class (
    symbol text collate "C" primary key,
    display text not null,
    level text not null
        check (level in ('SECTION', 'CLASS', 'SUBCLASS', 'MAIN_GROUP', 'SUBGROUP')),
    title_en text,
    title_zh text,
    parent_symbol text collate "C"
);
create index ipc_class_parent on reference.ipc_class (parent_symbol, symbol);

create table reference.office (
    code text collate "C" primary key check (code ~ '^[A-Z]{2}$'),
    name_en text not null,
    name_zh text,
    kind text not null
        check (kind in ('STATE_OR_ENTITY', 'ORGANIZATION', 'PROVISIONAL', 'FORMER_OR_ALIAS'))
);

-- Legal persons and other organisations, keyed by the Unified Social Credit Code.
create table reference.organization (
    uscc text collate "C" primary key,
    name text not null,
    -- NFKC, no white space, half-width brackets (DOMAIN §2.3); names are matched by this only
    name_key text collate "C" not null,
    kind text not null check (kind in (
        'ENTERPRISE', 'UNIVERSITY', 'RESEARCH_INSTITUTE', 'BANK', 'GUARANTEE', 'INSURER',
        'SERVICE_AGENCY', 'PLATFORM_HOST', 'GOVERNMENT', 'OTHER')),
    region_code text collate "C",
    industry_code text collate "C",
    -- as the source names it; when absent the authority class of position 1 of the code is shown
    registration_authority text,
    active boolean not null default true,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}'
);
create index organization_name_key on reference.organization (name_key) where active;
create index organization_name_search on reference.organization
    using gin (reference.search_grams(name));
create index organization_region on reference.organization (region_code, uscc);
create index organization_industry on reference.organization (industry_code, uscc);
create index organization_kind on reference.organization (kind, uscc);

create table reference.organization_name (
    uscc text collate "C" not null references reference.organization on delete cascade,
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    valid_from date,
    valid_to date,
    primary key (uscc, ordinal)
);
create index organization_name_former on reference.organization_name (name_key);

-- Which list was loaded from where; a loader compares the checksum and does nothing when equal.
create table reference.dataset (
    name text primary key,
    edition text not null,
    source text not null,
    licence text not null,
    checksum text not null,
    row_count integer not null,
    loaded_at timestamptz not null default now()
);
