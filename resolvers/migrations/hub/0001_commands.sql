-- What every writing subgraph shares: who did what (audit), and what happened (events).
-- A subgraph that moves to a process and database of its own takes a schema like this along.
create schema if not exists hub;

create function hub.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

-- One row per mutation, refused ones too (DOMAIN §2.4).
create table hub.audit (
    id uuid primary key default hub.new_id(),
    at timestamptz not null default clock_timestamp(),
    subject text not null,
    role text not null,
    center_code text collate "C",
    jurisdiction_code text collate "C",
    uscc text collate "C",
    subgraph text not null,
    mutation text not null,
    -- key of the object, null when the mutation was refused before there was one
    key text,
    outcome text not null check (outcome in ('DONE', 'REFUSED', 'FORBIDDEN')),
    codes text[] not null default '{}',
    request_id text,
    trace_id text
);
create index audit_newest on hub.audit (at, id);
create index audit_center on hub.audit (center_code, at, id);
create index audit_key on hub.audit (key, at, id);

-- What happened, for subscriptions and for reactions of other subgraphs. Written in the transaction
-- of the change. `xid` is that transaction: listeners are told it and read its rows; reactions read
-- rows of transactions older than every running one, so that none is passed over.
create table hub.event (
    id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    -- <subgraph>.<what>, such as trading.listing_changed
    topic text collate "C" not null,
    key text not null,
    payload jsonb not null default '{}'
);
create index event_transaction on hub.event (xid, id);

-- How far each reaction has come.
create table hub.reaction (
    name text primary key,
    xid xid8 not null,
    event_id bigint not null
);

-- Events a reaction could not handle after all its tries: kept for a person to look at.
create table hub.failed_reaction (
    id uuid primary key default hub.new_id(),
    name text not null,
    event_id bigint not null,
    topic text not null,
    key text not null,
    payload jsonb not null,
    error text not null,
    at timestamptz not null default clock_timestamp()
);

create table hub.timer (
    name text primary key,
    last_run_at timestamptz not null
);
