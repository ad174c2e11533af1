-- How often grants on conditional data served a request. Each process writes here at the end of a
-- request; the catalogue's worker takes the rows away and adds them up.
create table hub.grant_use (
    id bigint generated always as identity primary key,
    grant_id uuid not null,
    -- values the grant opened in one request
    records integer not null check (records > 0),
    at timestamptz not null
);
