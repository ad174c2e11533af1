-- Which stored rows a batch changed that were there before it. With it a batch can be rolled back:
-- rows it made and nobody changed since are removed; what it only changed cannot be restored, since
-- earlier values are not kept, and is counted.
create table reporting.batch_change (
    batch_id uuid not null,
    -- qualified name and key of the row, as the adapters' table specification has them
    table_name text collate "C" not null,
    row_key text collate "C" not null,
    primary key (batch_id, table_name, row_key)
);
create index batch_change_row on reporting.batch_change (table_name, row_key, batch_id);

alter table reporting.ingest_batch
    add column rolled_back_at timestamptz,
    add column rolled_back_reason text,
    add column rows_removed integer,
    add column rows_kept integer;
