-- When a patent's record was last written, for readers that follow changes; and how many patents
-- each class has, refreshed by a timer.

-- `received_at` is the moment of a batch; what it writes appears only when it commits. `changed_at`
-- is the moment of the write itself: all that is older than the oldest running writer is complete.
alter table patents.patent add column changed_at timestamptz;
update patents.patent set changed_at = received_at;
alter table patents.patent
    alter column changed_at set not null,
    alter column changed_at set default clock_timestamp();
create index patent_changed on patents.patent (changed_at, application_number);

create function patents.note_change() returns trigger
language plpgsql as $$
begin
    new.changed_at := clock_timestamp();
    return new;
end
$$;
create trigger patent_note_change before update on patents.patent
    for each row execute function patents.note_change();

-- One row per section (H), class (H01), subclass (H01M) and main group (H01M10/) that has patents.
create table patents.ipc_count (
    prefix text collate "C" primary key,
    patents integer not null check (patents > 0)
);
-- Patents per status of holders that have a thousand or more; of the others the index tells at once.
create table patents.holder_count (
    uscc text collate "C" not null,
    -- as shown on the day of the count, lapse of time included
    legal_status text not null,
    patents integer not null check (patents > 0),
    primary key (uscc, legal_status)
);
create table patents.count_state (
    -- a section of the IPC, or HOLDERS
    name text collate "C" primary key,
    -- all that was written before is counted
    counted_to timestamptz not null,
    counted_on date not null
);
create index legal_event_batch on patents.legal_event (batch_id);
