-- Guidance, support and supervision (DOMAIN §1.6): innovation tasks, support measures, exhibitions,
-- supervision actions.
create table platforms.innovation_task (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    kind text not null check (kind in (
        'OPEN_LICENCE_PILOT', 'TRANSFER_LICENCE_RECORDAL_SERVICE', 'MODEL_INNOVATION',
        'BUSINESS_INNOVATION')),
    title text not null,
    status text not null check (status in ('PLANNED', 'RUNNING', 'DONE', 'CANCELLED'))
);
create index innovation_task_center on platforms.innovation_task (center_code, id);

create table platforms.support_measure (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    kind text not null check (kind in ('PROJECT', 'FUNDING', 'POLICY', 'CONDITION')),
    granted_by text not null,
    amount_cny numeric(20, 2) check (amount_cny >= 0),
    valid_from date,
    valid_to date check (valid_to >= valid_from)
);
create index support_measure_center on platforms.support_measure (center_code, id);

create table platforms.exhibition_entry (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    exhibition text not null,
    held_from date not null,
    held_to date not null check (held_to >= held_from)
);
create index exhibition_entry_center on platforms.exhibition_entry (center_code, held_from, id);

create table platforms.supervision_action (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    -- the office that acts, as of the day it was opened
    jurisdiction_code text collate "C" not null,
    field text not null check (field in (
        'INFORMATION_RELEASE', 'BUSINESS_CONDUCT', 'DATA_USE', 'NAME_AND_SEAL',
        'CROSS_REGION_BRANCH')),
    risk_level text not null check (risk_level in ('LOW', 'MEDIUM', 'HIGH')),
    finding text not null,
    status text not null check (status in ('OPEN', 'NOTICE_ISSUED', 'RECTIFYING', 'CLOSED')),
    opened_on date not null,
    closed_on date,
    result text,
    check ((status = 'CLOSED') = (closed_on is not null and result is not null))
);
create index supervision_action_center on platforms.supervision_action (center_code, id);
