-- Patents and applications, publications, parties, legal events (DOMAIN §3.1, §3.2, §3.11, §4.2).
create schema if not exists patents;

-- Grams for substring search in Chinese: the single characters and the pairs of neighbours of a text.
create function patents.search_grams(value text) returns text[]
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
create function patents.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

create table patents.patent (
    application_number text collate "C" primary key,
    office_code text collate "C" not null,
    kind text not null check (kind in ('INVENTION', 'UTILITY_MODEL', 'DESIGN')),
    pct_national_phase boolean not null default false,
    title text not null,
    abstract text,
    filing_date date not null,
    grant_date date,
    -- the day on which the right ends by lapse of time; computed by the writer from kind and
    -- filing date (and a term adjustment), null while it cannot be known
    expiry_date date,
    main_ipc text collate "C",
    applicant_region text collate "C",
    locarno text[] not null default '{}',
    -- projected from patents.legal_event, or from the stated status while there is no event
    legal_status text not null default 'UNKNOWN' check (legal_status in (
        'PENDING', 'IN_FORCE', 'CEASED_UNPAID_FEE', 'EXPIRED', 'SURRENDERED', 'INVALIDATED',
        'REFUSED', 'WITHDRAWN', 'UNKNOWN')),
    legal_status_as_of date,
    under_preservation boolean not null default false,
    -- what a feed said about the status, kept apart from the projection
    stated_legal_status text check (stated_legal_status in (
        'PENDING', 'IN_FORCE', 'CEASED_UNPAID_FEE', 'EXPIRED', 'SURRENDERED', 'INVALIDATED',
        'REFUSED', 'WITHDRAWN', 'UNKNOWN')),
    stated_status_as_of date,
    stated_preservation boolean not null default false,
    stated_status_hint text,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}'
);
create index patent_filed on patents.patent (filing_date, application_number);
create index patent_kind on patents.patent (kind, filing_date, application_number);
create index patent_status on patents.patent (legal_status, filing_date, application_number);
create index patent_region on patents.patent (applicant_region, filing_date, application_number);
create index patent_granted on patents.patent (grant_date, application_number)
    where grant_date is not null;
create index patent_expiry on patents.patent (expiry_date) where legal_status = 'IN_FORCE';
create index patent_title_search on patents.patent using gin (patents.search_grams(title));
create index patent_batch on patents.patent (batch_id);

create table patents.publication (
    number text collate "C" primary key,
    application_number text collate "C" not null references patents.patent on delete cascade,
    kind_code text not null,
    published_on date not null,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null
);
create index publication_patent on patents.publication (application_number, published_on, number);

-- Parties in the order of the source. HOLDER rows are the present holders (after transfers).
create table patents.patent_party (
    application_number text collate "C" not null references patents.patent on delete cascade,
    role text not null check (role in ('APPLICANT', 'HOLDER')),
    ordinal integer not null,
    name text not null,
    name_key text collate "C" not null,
    uscc text collate "C",
    primary key (application_number, role, ordinal)
);
create index patent_party_uscc on patents.patent_party (uscc, role, application_number);
create index patent_party_unresolved on patents.patent_party (name_key) where uscc is null;
create index patent_party_name_search on patents.patent_party
    using gin (patents.search_grams(name));

create table patents.patent_ipc (
    application_number text collate "C" not null references patents.patent on delete cascade,
    ordinal integer not null,
    symbol text collate "C" not null,
    primary key (application_number, ordinal)
);
create index patent_ipc_symbol on patents.patent_ipc (symbol, application_number);

create table patents.patent_industry (
    application_number text collate "C" not null references patents.patent on delete cascade,
    ordinal integer not null,
    code text collate "C" not null,
    primary key (application_number, ordinal)
);
create index patent_industry_code on patents.patent_industry (code, application_number);

-- Gazetted legal events. No reference to patent: an event may arrive before its patent.
create table patents.legal_event (
    id uuid primary key default patents.new_id(),
    application_number text collate "C" not null,
    code text not null,
    name_zh text not null,
    st27_category text not null check (st27_category ~ '^[A-Z]$'),
    announced_on date not null,
    effective_on date,
    text text,
    -- [{"label": "登记号", "value": "Y2023…"}, …] in the order of the text
    details jsonb not null default '[]',
    -- tells two events of one code and day apart: digest of the text, or the id of the source
    event_key text not null,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    unique (application_number, code, announced_on, event_key)
);
create index legal_event_patent on patents.legal_event (application_number, announced_on, id);
create index legal_event_source on patents.legal_event (source_system, source_record_id);

create table patents.evaluation_report (
    application_number text collate "C" primary key,
    issued_on date,
    conclusion text not null check (conclusion in ('NO_DEFECT_FOUND', 'NOT_GRANTABLE', 'UNKNOWN')),
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null
);
