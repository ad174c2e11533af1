-- Keys with which programs of organisations ask. A key itself is stored nowhere, only its digest:
-- it has 256 random bits, so nothing can be guessed back from that.
create table hub.api_key (
    -- the second part of the key, fit to be shown: zth_<id>_…
    id text collate "C" primary key check (id ~ '^[0-9a-z]{12}$'),
    digest bytea not null check (octet_length(digest) = 32),
    -- for whom it speaks, in the canonical form of its code
    organization text collate "C" not null,
    role text not null,
    scopes text[] not null default '{}',
    -- what its holder calls it
    label text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    expires_at timestamptz,
    -- the key it was rotated to; both hold until this one expires
    replaced_by text collate "C" references hub.api_key (id),
    revoked_at timestamptz,
    -- to the minute, and written a while later
    last_used_at timestamptz
);
create index api_key_organization on hub.api_key (organization, created_at);

-- Whoever keeps keys in memory drops this one. Use alone changes nothing about it.
create function hub.tell_api_key() returns trigger
language plpgsql as $$
begin
    perform pg_notify('hub_api_key', coalesce(new.id, old.id));
    return null;
end
$$;
create trigger api_key_told
    after insert or delete or update of digest, organization, role, scopes, expires_at, replaced_by, revoked_at
    on hub.api_key for each row execute function hub.tell_api_key();
