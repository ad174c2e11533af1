-- Up to where hub.change was trimmed: whoever asks from before it has missed changes.
create table hub.change_floor (
    one boolean primary key default true check (one),
    xid xid8 not null,
    id bigint not null
);
create index change_at on hub.change using brin (at);
