-- Reports come by feeds, too: who said a value, and when. What a person saved in the hub has the
-- source system 'hub' and the day it was saved.
alter table reporting.report_value
    add column source_system text not null default 'hub',
    add column batch_id uuid,
    add column received_at timestamptz not null default now(),
    add column confidence text not null default 'PLATFORM'
        check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    add column record_date date default (now() at time zone 'Asia/Shanghai')::date,
    add column content_hash text not null default '';
create index report_value_batch on reporting.report_value (batch_id);
-- the batch that made the report; null: a person did
alter table reporting.business_report add column batch_id uuid;
create index business_report_batch on reporting.business_report (batch_id);
