-- The registry of federation/registry: subgraphs' revisions, launches, checks, change sets, tokens,
-- usage and stored documents. The engine owns these tables; no subgraph touches them.

-- A graph in one environment. `generation` goes up with each change of its subgraphs or launch: who
-- composed on an older one starts again.
create table variant (
    graph text collate "C" not null,
    variant text collate "C" not null,
    generation bigint not null default 1,
    live_launch_id uuid,
    created_at timestamptz not null default now(),
    primary key (graph, variant)
);

-- What was published; never changed, never deleted.
create table revision (
    id uuid primary key,
    graph text collate "C" not null,
    variant text collate "C" not null,
    name text collate "C" not null,
    number integer not null check (number > 0),
    url text not null,
    sdl text not null,
    sha256 text not null,
    label text not null,
    message text,
    git jsonb not null,
    published_at timestamptz not null,
    published_by text not null,
    unique (graph, variant, name, number),
    foreign key (graph, variant) references variant
);

-- The subgraphs a variant has now. `latest_id` null: deleted, but still live; `live_id` null: never
-- live. `problems`: why the two differ.
create table subgraph (
    graph text collate "C" not null,
    variant text collate "C" not null,
    name text collate "C" not null,
    latest_id uuid references revision,
    live_id uuid references revision,
    problems jsonb not null default '[]',
    primary key (graph, variant, name),
    foreign key (graph, variant) references variant,
    check (latest_id is not null or live_id is not null)
);

-- Supergraphs that were live; never changed, never deleted.
create table launch (
    id uuid primary key,
    graph text collate "C" not null,
    variant text collate "C" not null,
    number integer not null check (number > 0),
    sdl text not null,
    sdl_hash text not null,
    api_schema_hash text not null,
    hints jsonb not null,
    origin text not null check (origin in ('PUBLISH', 'DELETE', 'CHANGE_SET', 'ROLLBACK')),
    origin_id text not null,
    message text,
    made_at timestamptz not null,
    made_by text not null,
    unique (graph, variant, number),
    foreign key (graph, variant) references variant
);
alter table variant add foreign key (live_launch_id) references launch;

-- Which revision of each subgraph a launch was composed from.
create table launch_member (
    launch_id uuid not null references launch,
    name text collate "C" not null,
    revision_id uuid not null references revision,
    primary key (launch_id, name)
);

-- Checks, running and done; `result` as `federation.registry.checks.result` has it.
create table check_run (
    id uuid primary key,
    graph text collate "C" not null,
    variant text collate "C" not null,
    created_at timestamptz not null,
    completed_at timestamptz,
    result jsonb not null
);
create index check_run_age on check_run (graph, variant, created_at);

-- Breaking changes that may happen, by exact change and until a time.
create table approval (
    id uuid primary key,
    graph text collate "C" not null,
    variant text collate "C" not null,
    check_id uuid not null references check_run,
    code text not null,
    coordinate text not null,
    description text not null,
    reason text not null check (reason <> ''),
    approved_at timestamptz not null,
    approved_by text not null,
    expires_at timestamptz not null
);
create index approval_valid on approval (graph, variant, expires_at);

-- Revisions of several subgraphs that go live together. `version` guards against lost updates.
create table change_set (
    id uuid primary key,
    graph text collate "C" not null,
    variant text collate "C" not null,
    title text not null check (title <> ''),
    state text not null
        check (state in ('OPEN', 'APPROVED', 'PUBLISHED', 'WITHDRAWN', 'ROLLED_BACK')),
    version integer not null,
    opened_at timestamptz not null,
    opened_by text not null,
    check_id uuid references check_run,
    approved_at timestamptz,
    approved_by text,
    approval_reason text,
    closed_at timestamptz,
    closed_by text,
    launch_id uuid references launch,
    before_id uuid references launch,
    check (state not in ('PUBLISHED', 'ROLLED_BACK') or launch_id is not null)
);
create index change_set_age on change_set (graph, variant, opened_at);

-- What a change set has for a subgraph; `sdl` null: its deletion.
create table change_set_entry (
    change_set_id uuid not null references change_set,
    name text collate "C" not null,
    sdl text,
    url text not null,
    label text not null,
    message text,
    git jsonb not null,
    base_id uuid references revision,
    added_at timestamptz not null,
    added_by text not null,
    primary key (change_set_id, name)
);

-- Tokens, without their secrets: `hash` is SHA-256 of 256 random bits and what stands before them.
create table token (
    id uuid primary key,
    hash bytea not null unique check (length(hash) = 32),
    name text not null check (name <> ''),
    graph text collate "C",
    roles text[] not null check (cardinality(roles) > 0),
    subgraphs text[] not null,
    variants text[] not null,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text
);
-- Names appear in histories, so two valid tokens never share one.
create unique index token_name on token (name) where revoked_at is null;

-- Who did what, when.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    by text not null,
    graph text collate "C",
    variant text collate "C",
    action text not null,
    subject text not null,
    details jsonb not null
);
create index audit_graph on audit (graph, id);

-- Operations that clients asked, normalised and without literals.
create table operation (
    graph text collate "C" not null,
    variant text collate "C" not null,
    signature text collate "C" not null,
    name text not null,
    kind text not null,
    text text not null,
    coordinates text[] not null,
    primary key (graph, variant, signature)
);

-- How often, per client and hour.
create table operation_usage (
    graph text collate "C" not null,
    variant text collate "C" not null,
    hour timestamptz not null,
    signature text collate "C" not null,
    client_name text not null,
    client_version text not null,
    count bigint not null,
    errors bigint not null,
    primary key (graph, variant, hour, signature, client_name, client_version),
    foreign key (graph, variant, signature) references operation
);
create index operation_usage_signature on operation_usage (graph, variant, signature);
create index operation_usage_hour on operation_usage (hour);

-- Trusted documents: what clients may ask by id.
create table document (
    graph text collate "C" not null,
    id text collate "C" not null,
    body text not null,
    name text not null,
    kind text not null,
    client_name text not null,
    added_at timestamptz not null,
    added_by text not null,
    primary key (graph, id)
);
create index document_client on document (graph, client_name, id);
