-- Featured services: transformation of advanced technology, international operation
-- (DOMAIN §1 B15, B23, B24).
create schema if not exists featured;

create function featured.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

create table featured.status_change (
    id bigint generated always as identity primary key,
    workflow text not null, key text collate "C" not null,
    from_status text, to_status text not null, action text,
    by_subject text not null, by_role text not null,
    at timestamptz not null, comment text
);
create index status_change_key on featured.status_change (workflow, key, id);

create table featured.advanced_tech_project (
    id uuid primary key default featured.new_id(),
    title text not null,
    platform_code text collate "C" not null,
    owner_uscc text collate "C" not null,
    adopter_uscc text collate "C",
    industry_code text collate "C",
    readiness_level integer not null check (readiness_level between 1 and 9),
    stage text collate "C" not null check (stage in (
        'COLLECTED', 'ASSESSED', 'MATCHED', 'PILOT_PRODUCTION', 'INDUSTRIALISED', 'STOPPED')),
    -- until then nobody but the platform and CNIPA may know of it
    declassified boolean not null,
    started_on date not null,
    constraint project_adopter check (
        adopter_uscc is not null or stage in ('COLLECTED', 'ASSESSED', 'STOPPED'))
);
create index advanced_tech_stage on featured.advanced_tech_project (stage, id);
create index advanced_tech_platform on featured.advanced_tech_project (platform_code, id);
create index advanced_tech_owner on featured.advanced_tech_project (owner_uscc, id);
create index advanced_tech_adopter on featured.advanced_tech_project (adopter_uscc, id);

create table featured.advanced_tech_patent (
    project_id uuid not null references featured.advanced_tech_project on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (project_id, ordinal)
);
create unique index advanced_tech_patent_number on featured.advanced_tech_patent
    (application_number, project_id);

create table featured.international_project (
    id uuid primary key default featured.new_id(),
    title text not null,
    platform_code text collate "C" not null,
    -- whose provincial office reads it
    jurisdiction_code text collate "C" not null,
    owner_uscc text collate "C" not null,
    kind text collate "C" not null check (kind in (
        'OVERSEAS_FILING', 'LICENSING_OUT', 'LICENSING_IN', 'TRANSFER_OUT', 'TRANSFER_IN',
        'STANDARD_ESSENTIAL_PATENT')),
    status text collate "C" not null check (status in (
        'PLANNED', 'RUNNING', 'CONCLUDED', 'CANCELLED')),
    export_control_checked boolean not null,
    started_on date not null,
    -- technology leaves the country only after the check
    constraint project_export check (
        export_control_checked or status in ('PLANNED', 'CANCELLED')
        or kind not in ('LICENSING_OUT', 'TRANSFER_OUT'))
);
create index international_kind on featured.international_project (kind, id);
create index international_platform on featured.international_project (platform_code, id);
create index international_owner on featured.international_project (owner_uscc, id);

create table featured.international_patent (
    project_id uuid not null references featured.international_project on delete cascade,
    ordinal integer not null,
    application_number text collate "C" not null,
    primary key (project_id, ordinal)
);
create unique index international_patent_number on featured.international_patent
    (application_number, project_id);

create table featured.international_office (
    project_id uuid not null references featured.international_project on delete cascade,
    ordinal integer not null,
    office_code text collate "C" not null,
    primary key (project_id, ordinal)
);
create unique index international_office_code on featured.international_office
    (office_code, project_id);
