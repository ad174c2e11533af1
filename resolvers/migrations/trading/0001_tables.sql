-- Trade in patents: listings, open-licence statements, licence and transfer records, demands,
-- matches, deals (DOMAIN §2.5, §4.2). Screening comes with the rules that fill it.
create schema if not exists trading;

-- Grams for substring search in Chinese: the single characters and the pairs of neighbours of a text.
create function trading.search_grams(value text) returns text[]
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

-- UUID version 7: 48 bits of Unix milliseconds, the rest random. PostgreSQL has its own from 18 on.
create function trading.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

-- Own copy of the few facts of patents that trading filters by; the patents subgraph owns them.
-- Written whenever a patent is written, so lists need no call to another subgraph.
create table trading.patent_facts (
    application_number text collate "C" primary key,
    main_ipc text collate "C",
    ipc_symbols text[] not null default '{}',
    region_code text collate "C"
);
create index patent_facts_region on trading.patent_facts (region_code, application_number);

create table trading.patent_facts_ipc (
    application_number text collate "C" not null references trading.patent_facts on delete cascade,
    symbol text collate "C" not null,
    primary key (application_number, symbol)
);
create index patent_facts_ipc_symbol on trading.patent_facts_ipc (symbol, application_number);

create table trading.listing (
    id uuid primary key default trading.new_id(),
    platform_code text collate "C" not null,
    -- as given by the platform, unique there
    number text not null,
    title text not null,
    seller_name text not null,
    seller_name_key text collate "C" not null,
    seller_uscc text collate "C",
    deal text not null check (deal in (
        'TRANSFER', 'LICENCE_COMMON', 'LICENCE_SOLE', 'LICENCE_EXCLUSIVE', 'OPEN_LICENCE',
        'CONTRIBUTION_AS_CAPITAL')),
    trading_method text not null check (trading_method in ('AGREEMENT', 'LISTING', 'AUCTION')),
    price_amount numeric,
    price_currency text not null default 'CNY',
    price_kind text not null check (price_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    price_amount_min numeric,
    price_amount_max numeric,
    price_rate numeric,
    price_royalty_base text check (price_royalty_base in ('NET_SALES', 'PROFIT')),
    price_per_year boolean not null default false,
    price_original text,
    -- bounds of the price in CNY for the price filter; null when negotiable or another currency
    price_low numeric generated always as (
        case when price_currency = 'CNY' then coalesce(price_amount_min, price_amount) end) stored,
    price_high numeric generated always as (
        case when price_currency = 'CNY' then coalesce(price_amount_max, price_amount) end) stored,
    industry_code text collate "C",
    region_code text collate "C",
    listed_from date not null,
    listed_to date not null,
    status text not null default 'LISTED' check (status in (
        'DRAFT', 'SCREENING', 'SCREEN_FAILED', 'LISTED', 'SUSPENDED', 'MATCHED', 'SOLD', 'EXPIRED',
        'DELISTED')),
    version integer not null default 1,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    unique (platform_code, number),
    check (listed_from <= listed_to)
);
create index listing_newest on trading.listing (listed_from, id);
create index listing_status on trading.listing (status, listed_from, id);
create index listing_platform on trading.listing (platform_code, listed_from, id);
create index listing_deal on trading.listing (deal, listed_from, id);
create index listing_industry on trading.listing (industry_code, listed_from, id);
create index listing_region on trading.listing (region_code, listed_from, id);
create index listing_seller on trading.listing (seller_uscc, listed_from, id);
create index listing_price on trading.listing (price_low, price_high);
create index listing_unresolved on trading.listing (seller_name_key) where seller_uscc is null;
create index listing_title_search on trading.listing using gin (trading.search_grams(title));

create table trading.listing_patent (
    listing_id uuid not null references trading.listing on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (listing_id, ordinal)
);
create unique index listing_patent_number on trading.listing_patent (application_number, listing_id);

create table trading.open_licence_statement (
    -- trimmed, upper case
    statement_number text collate "C" primary key,
    application_number text collate "C" not null,
    fee_mode text not null check (fee_mode in (
        'FIXED', 'ROYALTY_NET_SALES', 'ROYALTY_PROFIT', 'FREE')),
    fee_amount numeric,
    fee_currency text not null default 'CNY',
    fee_kind text not null check (fee_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    fee_amount_min numeric,
    fee_amount_max numeric,
    fee_rate numeric,
    fee_royalty_base text check (fee_royalty_base in ('NET_SALES', 'PROFIT')),
    fee_per_year boolean not null default false,
    fee_original text,
    fee_basis text,
    term_from date not null,
    term_to date not null,
    -- shown only to callers with the scope contact:read
    contact_name text,
    contact_phone text,
    contact_email text,
    has_evaluation_report boolean,
    status text not null check (status in (
        'FILED', 'REFUSED', 'IN_FORCE', 'WITHDRAWN', 'TERMINATED', 'REVOKED', 'EXPIRED')),
    effective_on date,
    ended_on date,
    end_reason text,
    version integer not null default 1,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    check (term_from <= term_to)
);
-- at most one statement of a patent is in force (DOMAIN §2.5)
create unique index open_licence_in_force on trading.open_licence_statement (application_number)
    where status = 'IN_FORCE';
create index open_licence_patent on trading.open_licence_statement
    (application_number, term_from, statement_number);
create index open_licence_newest on trading.open_licence_statement (term_from, statement_number);
create index open_licence_status on trading.open_licence_statement
    (status, term_from, statement_number);
create index open_licence_fee_mode on trading.open_licence_statement
    (fee_mode, term_from, statement_number);
create index open_licence_fee on trading.open_licence_statement ((coalesce(fee_amount, 0)))
    where fee_kind in ('FIXED', 'FREE') and fee_currency = 'CNY';

create table trading.open_licence_party (
    statement_number text collate "C" not null
        references trading.open_licence_statement on delete cascade,
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    uscc text collate "C",
    primary key (statement_number, ordinal)
);
create index open_licence_party_uscc on trading.open_licence_party (uscc, statement_number);
create index open_licence_party_unresolved on trading.open_licence_party (name_key)
    where uscc is null;

create table trading.licence_record (
    record_number text collate "C" primary key,
    licence_type text not null check (licence_type in ('COMMON', 'SOLE', 'EXCLUSIVE')),
    open_licence_number text collate "C",
    term_from date,
    term_to date,
    fee_amount numeric,
    fee_currency text not null default 'CNY',
    fee_kind text check (fee_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    fee_amount_min numeric,
    fee_amount_max numeric,
    fee_rate numeric,
    fee_royalty_base text check (fee_royalty_base in ('NET_SALES', 'PROFIT')),
    fee_per_year boolean not null default false,
    fee_original text,
    recorded_on date not null,
    cancelled_on date,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    check (term_from <= term_to)
);
create index licence_recorded on trading.licence_record (recorded_on, record_number);
create index licence_open on trading.licence_record (open_licence_number, recorded_on, record_number);

-- One row of the feed: a record names several patents in several rows.
create table trading.licence_patent (
    record_number text collate "C" not null references trading.licence_record on delete cascade,
    application_number text collate "C" not null,
    ordinal integer not null,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    primary key (record_number, application_number)
);
create index licence_patent_number on trading.licence_patent (application_number, record_number);

create table trading.licence_party (
    record_number text collate "C" not null references trading.licence_record on delete cascade,
    role text not null check (role in ('LICENSOR', 'LICENSEE')),
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    uscc text collate "C",
    primary key (record_number, role, ordinal)
);
create index licence_party_uscc on trading.licence_party (uscc, record_number);
create index licence_party_unresolved on trading.licence_party (name_key) where uscc is null;

create table trading.transfer_record (
    id uuid primary key default trading.new_id(),
    application_number text collate "C" not null,
    registered_on date not null,
    -- the keys of the new holders' names, sorted, joined by ';'
    to_key text not null,
    application_right boolean not null default false,
    method text check (method in ('AGREEMENT', 'LISTING', 'AUCTION')),
    price_amount numeric,
    price_currency text not null default 'CNY',
    price_kind text check (price_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    price_amount_min numeric,
    price_amount_max numeric,
    price_rate numeric,
    price_royalty_base text check (price_royalty_base in ('NET_SALES', 'PROFIT')),
    price_per_year boolean not null default false,
    price_original text,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    unique (application_number, registered_on, to_key)
);
create index transfer_newest on trading.transfer_record (registered_on, id);

create table trading.transfer_party (
    transfer_id uuid not null references trading.transfer_record on delete cascade,
    role text not null check (role in ('FROM', 'TO')),
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    uscc text collate "C",
    primary key (transfer_id, role, ordinal)
);
create index transfer_party_uscc on trading.transfer_party (uscc, transfer_id);
create index transfer_party_unresolved on trading.transfer_party (name_key) where uscc is null;

create table trading.demand (
    id uuid primary key default trading.new_id(),
    -- as given by the source, unique there
    number text not null,
    title text not null,
    demander_name text not null,
    demander_name_key text collate "C" not null,
    demander_uscc text collate "C",
    kind text check (kind in (
        'TRANSFER', 'LICENCE_COMMON', 'LICENCE_SOLE', 'LICENCE_EXCLUSIVE', 'OPEN_LICENCE',
        'CONTRIBUTION_AS_CAPITAL')),
    industry_code text collate "C",
    region_code text collate "C",
    ipc_symbols text[] not null default '{}',
    budget_amount numeric,
    budget_currency text not null default 'CNY',
    budget_kind text not null check (budget_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    budget_amount_min numeric,
    budget_amount_max numeric,
    budget_rate numeric,
    budget_royalty_base text check (budget_royalty_base in ('NET_SALES', 'PROFIT')),
    budget_per_year boolean not null default false,
    budget_original text,
    valid_until date not null,
    status text not null default 'OPEN' check (status in ('OPEN', 'MATCHED', 'CLOSED', 'EXPIRED')),
    version integer not null default 1,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    unique (source_system, number)
);
create index demand_newest on trading.demand (valid_until, id);
create index demand_status on trading.demand (status, valid_until, id);
create index demand_industry on trading.demand (industry_code, valid_until, id);
create index demand_demander on trading.demand (demander_uscc, valid_until, id);

create table trading.match (
    id uuid primary key default trading.new_id(),
    listing_id uuid not null references trading.listing on delete cascade,
    demand_id uuid not null references trading.demand on delete cascade,
    score double precision not null check (score between 0 and 1),
    -- [{"name": "IPC", "weight": 0.35, "value": 0.7}, …]
    components jsonb not null,
    status text not null default 'PROPOSED'
        check (status in ('PROPOSED', 'ACCEPTED', 'REFUSED', 'CONTRACTED')),
    version integer not null default 1,
    unique (listing_id, demand_id)
);
create index match_listing on trading.match (listing_id, score, id);
create index match_demand on trading.match (demand_id, score, id);

create table trading.deal (
    id uuid primary key default trading.new_id(),
    listing_id uuid,
    demand_id uuid,
    platform_code text collate "C" not null,
    kind text not null check (kind in (
        'TRANSFER', 'LICENCE_COMMON', 'LICENCE_SOLE', 'LICENCE_EXCLUSIVE', 'OPEN_LICENCE',
        'CONTRIBUTION_AS_CAPITAL')),
    seller_name text not null,
    seller_name_key text collate "C" not null,
    seller_uscc text collate "C",
    buyer_name text not null,
    buyer_name_key text collate "C" not null,
    buyer_uscc text collate "C",
    price_amount numeric,
    price_currency text not null default 'CNY',
    price_kind text not null check (price_kind in (
        'FIXED', 'RANGE', 'ROYALTY', 'FREE', 'NEGOTIABLE', 'MISSING')),
    price_amount_min numeric,
    price_amount_max numeric,
    price_rate numeric,
    price_royalty_base text check (price_royalty_base in ('NET_SALES', 'PROFIT')),
    price_per_year boolean not null default false,
    price_original text,
    signed_on date not null,
    broker_uscc text collate "C",
    -- unique with the source system; null for a deal recorded in the hub itself
    number text,
    version integer not null default 1,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    unique (source_system, number)
);
create index deal_platform on trading.deal (platform_code, signed_on, id);
create index deal_listing on trading.deal (listing_id);

create table trading.deal_patent (
    deal_id uuid not null references trading.deal on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (deal_id, ordinal)
);
create unique index deal_patent_number on trading.deal_patent (application_number, deal_id);
