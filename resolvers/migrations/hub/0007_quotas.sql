-- What replicas of the gateway have taken in advance of each organisation's quota of a day.
create table hub.quota_use (
    -- the day in China
    day date not null,
    organization text collate "C" not null,
    taken double precision not null check (taken >= 0),
    primary key (day, organization)
);
