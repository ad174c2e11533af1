-- Feeds bring products, navigation reports, residencies and credit, too: who said what, and when.
-- What is entered in the hub itself has the source system 'hub' and the day it was entered.
alter table tools.intensive_product
    -- the number the source gave; null: the source gave none, and the filing number is the hub's
    add column source_record_id text collate "C",
    add column source_system text not null default 'hub',
    add column batch_id uuid,
    add column received_at timestamptz not null default now(),
    add column confidence text not null default 'PLATFORM'
        check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    add column record_date date default (now() at time zone 'Asia/Shanghai')::date,
    add column content_hash text not null default '',
    add column field_provenance jsonb not null default '{}',
    -- A source may say that a product is recognised without saying since when and for how long.
    drop constraint intensive_product_check,
    drop constraint intensive_product_check1,
    add constraint intensive_product_recognised
        check (recognised_on is null or status in ('RECOGNISED', 'EXPIRED', 'REVOKED')),
    add constraint intensive_product_valid
        check (valid_to is null or status in ('RECOGNISED', 'EXPIRED', 'REVOKED'));
create index intensive_product_source_record on tools.intensive_product (source_record_id)
    where source_record_id is not null;
create index intensive_product_year on tools.intensive_product (filer_uscc, year, name_key);
create index intensive_product_batch on tools.intensive_product (batch_id);

alter table tools.navigation_report
    add column source_system text not null default 'hub',
    add column batch_id uuid,
    add column received_at timestamptz not null default now(),
    add column confidence text not null default 'PLATFORM'
        check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    add column record_date date default (now() at time zone 'Asia/Shanghai')::date,
    add column content_hash text not null default '',
    add column field_provenance jsonb not null default '{}';
create index navigation_batch on tools.navigation_report (batch_id);

alter table tools.credit_evaluation
    -- of what a feed said: institution, platform and last day; null for the hub's own
    add column source_key text collate "C" unique,
    add column source_system text not null default 'hub',
    add column batch_id uuid,
    add column received_at timestamptz not null default now(),
    add column confidence text not null default 'PLATFORM'
        check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    add column record_date date default (now() at time zone 'Asia/Shanghai')::date,
    add column content_hash text not null default '',
    add column field_provenance jsonb not null default '{}';
create index credit_batch on tools.credit_evaluation (batch_id);

alter table tools.residency
    -- of what a feed said: institution, platform and category; null for the hub's own
    add column source_key text collate "C" unique,
    add column source_system text not null default 'hub',
    add column batch_id uuid,
    add column received_at timestamptz not null default now(),
    add column confidence text not null default 'PLATFORM'
        check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    add column record_date date default (now() at time zone 'Asia/Shanghai')::date,
    add column content_hash text not null default '',
    add column field_provenance jsonb not null default '{}';
create index residency_batch on tools.residency (batch_id);
