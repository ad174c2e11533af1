-- When each source is pulled next by itself, and whether changes of it still have to be followed up.
create table queue.source_schedule (
    -- reporting.source.code
    code text collate "C" primary key,
    -- five fields, China time; null: never by the clock
    cron text,
    next_run_at timestamptz,
    -- a batch of it changed something since the sources that come after it were last asked for
    changed boolean not null default false
);
create index source_schedule_due on queue.source_schedule (next_run_at) where next_run_at is not null;

-- The jobs of a source, whatever their status.
create index pgqueuer_source on queue.pgqueuer (entrypoint, id);
