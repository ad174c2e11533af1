-- What came in from the centres: batches, refused and warned rows, issues, checkpoints, conflicts
-- (DOMAIN §4.1). Business reports and evaluations come with their own migrations.
create schema if not exists reporting;

create function reporting.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

create table reporting.ingest_batch (
    id uuid primary key default reporting.new_id(),
    center_code text collate "C" not null,
    -- name of the source in the configuration of the adapters
    source_name text not null,
    feed text not null check (feed in (
        'PATENT', 'LEGAL_EVENT', 'OPEN_LICENCE', 'TRANSFER', 'LICENCE', 'PLEDGE', 'LISTING',
        'DEMAND', 'INTENSIVE_PRODUCT', 'NAVIGATION', 'THIRD_PARTY', 'BUSINESS_REPORT',
        'ORGANIZATION')),
    file_name text,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    -- null for a file that could not be decoded
    encoding text,
    received_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null check (status in (
        'RECEIVED', 'PARSED', 'FAILED', 'LOADED', 'ROLLED_BACK')),
    rows_read integer not null default 0,
    rows_accepted integer not null default 0,
    rows_warned integer not null default 0,
    rows_rejected integer not null default 0,
    rows_duplicate integer not null default 0,
    rows_ignored integer not null default 0,
    -- why the whole batch was refused (FILE_ENCODING, TOO_MANY_REFUSED, …)
    failure_code text,
    failure_message text
);
-- a file that was loaded is answered with the old result (DOMAIN §4.1)
create unique index ingest_batch_loaded on reporting.ingest_batch (source_name, feed, sha256)
    where status = 'LOADED';
create index ingest_batch_newest on reporting.ingest_batch (received_at, id);
create index ingest_batch_center on reporting.ingest_batch (center_code, received_at, id);
create index ingest_batch_center_feed on reporting.ingest_batch
    (center_code, feed, received_at, id);
create index ingest_batch_feed on reporting.ingest_batch (feed, received_at, id);

-- Rows that need a person's eye: refused, warned, duplicate. Plain accepted rows live in their table.
create table reporting.ingest_row (
    batch_id uuid not null references reporting.ingest_batch on delete cascade,
    -- as a spreadsheet program counts, the header included
    row_number integer not null check (row_number > 0),
    sheet text,
    outcome text not null check (outcome in ('REJECTED', 'ACCEPTED_WITH_WARNINGS', 'DUPLICATE')),
    natural_key text,
    -- column as met → text as met; json and not jsonb, which would lose the order of the columns
    raw json not null,
    content_hash text not null,
    -- set when a corrected row was taken in later
    resolved_by_batch uuid,
    primary key (batch_id, row_number)
);
create index ingest_row_outcome on reporting.ingest_row (outcome, batch_id, row_number);
create index ingest_row_key on reporting.ingest_row (natural_key);

create table reporting.data_issue (
    batch_id uuid not null references reporting.ingest_batch on delete cascade,
    ordinal integer not null,
    -- null for an issue of the whole file
    row_number integer,
    -- header as met, and the canonical field it means
    column_name text,
    field text,
    code text not null,
    severity text not null check (severity in ('ERROR', 'WARNING')),
    -- Chinese first line, English second
    message text not null,
    -- the refused value as met
    raw text,
    primary key (batch_id, ordinal)
);
create index data_issue_row on reporting.data_issue (batch_id, row_number, ordinal);
create index data_issue_code on reporting.data_issue (batch_id, code, ordinal);
create index data_issue_by_code on reporting.data_issue (code, batch_id, ordinal);

-- How far a source was pulled; written in the transaction that writes its rows.
create table reporting.source_checkpoint (
    source_name text not null,
    -- several streams of one source, for instance one per feed or folder; '' when there is one
    stream text not null default '',
    position jsonb not null,
    batch_id uuid,
    updated_at timestamptz not null default now(),
    primary key (source_name, stream)
);

-- Values that lost against a source of higher precedence (DOMAIN §4.1).
create table reporting.conflict (
    id uuid primary key default reporting.new_id(),
    -- GraphQL type and key: Patent, CN2020…
    entity_type text collate "C" not null,
    entity_key text collate "C" not null,
    field text collate "C" not null,
    winning_value jsonb,
    winning_source text not null,
    winning_confidence text not null
        check (winning_confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    losing_value jsonb,
    losing_source text not null,
    losing_confidence text not null
        check (losing_confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    losing_record_id text,
    losing_record_date date,
    losing_batch_id uuid,
    -- digest of entity, field, losing source and losing value: the same loss is noted once
    conflict_key text not null unique,
    detected_at timestamptz not null default now()
);
create index conflict_entity on reporting.conflict (entity_type, entity_key, field, id);
create index conflict_batch on reporting.conflict (losing_batch_id);
