-- Which records changed, one row per change, for those who mirror the hub's data and for caches.
-- Written in the transaction of the change; read in the order (xid, id) below the oldest running
-- transaction, so that none is passed over.
create table hub.change (
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    -- GraphQL type and key as its entity representation has it: Patent, CN2020…
    entity_type text collate "C" not null,
    entity_key text collate "C" not null,
    kind text not null check (kind in ('UPSERT', 'DELETE')),
    -- source of the adapters, null for a change made in the hub itself
    source_code text,
    batch_id uuid,
    primary key (xid, id)
);
create index change_entity on hub.change (entity_type, entity_key, xid, id);
