-- Refused rows that wait for their centre: how they were read, who tried them again, what became of
-- them (adapters/quarantine).

alter table reporting.ingest_batch
    -- [[header as met, unit or null], …]: without the units of the header rows could not be read again
    add column header json,
    -- the batch whose refused rows this one tries again; null for a delivery
    add column corrects_batch uuid;

alter table reporting.ingest_row
    -- the last batch that tried the row again and refused it: its cells and issues hold now
    add column tried_by_batch uuid,
    -- a later delivery of the source in which the row was met again: it waits there
    add column replaced_by_batch uuid;
comment on column reporting.ingest_row.content_hash is
    'digest of the row as met: equal for rows that come again word for word';

create index ingest_batch_source on reporting.ingest_batch (source_name, received_at, id);
create index ingest_batch_corrects on reporting.ingest_batch (corrects_batch)
    where corrects_batch is not null;
create index ingest_row_waiting on reporting.ingest_row (batch_id, row_number)
    where outcome = 'REJECTED' and resolved_by_batch is null and replaced_by_batch is null;
create index ingest_row_resolved on reporting.ingest_row (resolved_by_batch, batch_id)
    where resolved_by_batch is not null;
create index ingest_row_corrected on reporting.ingest_row (batch_id)
    where resolved_by_batch is not null;
create index ingest_row_refused_content on reporting.ingest_row (content_hash)
    where outcome = 'REJECTED';
create index ingest_row_replaced on reporting.ingest_row (replaced_by_batch)
    where replaced_by_batch is not null;
