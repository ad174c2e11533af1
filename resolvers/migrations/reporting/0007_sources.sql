-- Sources of centres: what is configured, how their pulls go, what each of their rows said last, and
-- which records changed (DESIGN §7).

-- A source as its file describes it, written by every process that reads the files; never a secret.
create table reporting.source (
    code text collate "C" primary key,
    -- short name in reporting.source_row, which has many rows
    id integer generated always as identity unique,
    name text not null,
    center_code text collate "C" not null,
    kind text not null,
    feed text not null,
    precedence text not null,
    -- {cron, after, on}, null: pulled on demand only
    schedule jsonb,
    live boolean not null default false,
    -- whether a process still has a file of this code
    configured boolean not null default true,
    seen_at timestamptz not null default now(),
    -- the last pull; null before the first
    last_started_at timestamptz,
    last_finished_at timestamptz,
    last_status text check (last_status in ('RUNNING', 'DONE', 'FAILED')),
    -- why it failed: code and message, Chinese first line
    last_code text,
    last_message text,
    last_changed integer,
    -- failed pulls in a row, and until when the source is left alone for them
    failures integer not null default 0,
    open_until timestamptz
);
create index source_center on reporting.source (center_code, code);

-- What a source last said about each of its records: skips what is unchanged, knows what is gone.
create table reporting.source_row (
    source_id integer not null references reporting.source (id),
    -- digest of the natural key, 12 bytes
    key_hash bytea not null,
    natural_key text collate "C" not null,
    content_hash bytea not null,
    batch_id uuid not null,
    received_at timestamptz not null,
    -- tombstone: the source said, in this batch, that the record is gone
    deleted_at timestamptz,
    deleted_by uuid,
    primary key (source_id, key_hash)
);
create index source_row_deleted on reporting.source_row (source_id, deleted_at)
    where deleted_at is not null;

-- Keys met by an unfinished pull of a source that tells deletions by leaving rows out.
create table reporting.source_seen (
    source_id integer not null,
    run integer not null,
    key_hash bytea not null
);
create index source_seen_run on reporting.source_seen (source_id, run, key_hash);

alter table reporting.ingest_batch
    add column rows_unchanged integer not null default 0,
    add column rows_deleted integer not null default 0,
    add column rows_changed integer not null default 0;
