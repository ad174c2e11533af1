-- Recognition (DOMAIN §1.5, §2.5): rounds, cases with dossier, plan, evidence, decision and
-- rectification; and the changes of state of everything in this schema.
create function platforms.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_byte(
        overlay(
            uuid_send(gen_random_uuid())
            placing substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            from 1 for 6),
        6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
    'hex')::uuid;

create table platforms.status_change (
    id bigint generated always as identity primary key,
    workflow text not null, key text collate "C" not null,
    from_status text, to_status text not null, action text,
    by_subject text not null, by_role text not null,
    at timestamptz not null, comment text
);
create index status_change_key on platforms.status_change (workflow, key, id);

-- One round of evaluation is for one kind of centre (DOMAIN C6).
create table platforms.recognition_round (
    code text collate "C" primary key,
    kind text not null check (kind in ('FUNCTIONAL', 'REGIONAL', 'INDUSTRY')),
    -- dossiers that reach CNIPA after this day are flagged, not refused (DOMAIN C9)
    deadline date,
    -- outside of these the round is warned of (DOMAIN C5)
    fewest integer check (fewest > 0),
    most integer check (most >= fewest)
);
insert into platforms.recognition_round values ('2022-FIRST', 'FUNCTIONAL', '2022-12-10', 5, 10);

create table platforms.work_plan (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    starts_on date not null,
    ends_on date not null check (ends_on > starts_on),
    goals text[] not null,
    status text not null check (status in (
        'DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED', 'APPROVED', 'CLOSED'))
);
create index work_plan_center on platforms.work_plan (center_code, starts_on, id);
create index work_plan_running on platforms.work_plan (ends_on) where status = 'APPROVED';

create table platforms.milestone (
    id uuid primary key default platforms.new_id(),
    plan_id uuid not null references platforms.work_plan on delete cascade,
    ordinal integer not null,
    title text not null,
    task text not null,
    measure text not null,
    due_on date not null,
    done_on date,
    unique (plan_id, ordinal)
);

create table platforms.recognition_case (
    id uuid primary key default platforms.new_id(),
    center_code text collate "C" not null references platforms.operation_center,
    round text collate "C" not null references platforms.recognition_round,
    track text not null check (track in ('PILOT_PLATFORM', 'EXCHANGE_INSTITUTION')),
    stage text not null check (stage in (
        'DRAFTING', 'PROVINCIAL_REVIEW', 'SUBMITTED_TO_CNIPA', 'UNDER_EVALUATION', 'PLAN_GUIDANCE',
        'RECOGNISED', 'RECTIFICATION', 'TRANSITION', 'RE_EVALUATION', 'NOT_RECOGNISED')),
    work_plan_id uuid not null references platforms.work_plan,
    -- {"periodFrom": …, "constructionEntity": …, "growth": [{"indicator", "from", "to"}]}
    summary jsonb not null,
    functional_positioning text,
    -- the four declarations of DOMAIN §1.4 D6-D9
    not_a_legal_person boolean not null,
    no_seal_under_name boolean not null,
    no_cross_region_branch boolean not null,
    establishment_rules_kept boolean not null,
    declared_on date not null,
    -- the office's last opinion
    review_passed boolean,
    review_opinion text,
    review_jurisdiction text collate "C",
    reviewed_on date,
    -- the day the dossier first reached CNIPA, and whether the round's deadline had passed
    submitted_on date,
    late boolean not null default false,
    -- the last decision: RECOGNISED, RECTIFICATION, TRANSITION or NOT_RECOGNISED
    outcome text,
    official_name text,
    name_scheme text,
    document_number text collate "C",
    decided_on date,
    reason text,
    -- when the name came into use; null while its document is not published yet
    named_on date,
    rectification_kind text check (rectification_kind in ('RECTIFICATION', 'TRANSITION')),
    rectification_starts_on date,
    rectification_ends_on date,
    -- noted by a timer, once
    overdue_noted_at timestamptz,
    opened_at timestamptz not null default now(),
    unique (center_code, round),
    check ((rectification_kind is null) = (rectification_ends_on is null))
);
-- one case of a centre at a time
create unique index recognition_case_open on platforms.recognition_case (center_code)
    where stage not in ('RECOGNISED', 'NOT_RECOGNISED');
create index recognition_case_center on platforms.recognition_case (center_code, opened_at, id);
create index recognition_case_stage on platforms.recognition_case (stage, id);
create index recognition_case_round on platforms.recognition_case (round, stage, id);
create index recognition_case_overdue on platforms.recognition_case (rectification_ends_on)
    where stage in ('RECTIFICATION', 'TRANSITION') and overdue_noted_at is null;
create index recognition_case_unnamed on platforms.recognition_case (document_number)
    where official_name is not null and named_on is null;

create table platforms.evaluation_evidence (
    id uuid primary key default platforms.new_id(),
    case_id uuid not null references platforms.recognition_case on delete cascade,
    method text not null check (method in ('MATERIAL_CHECK', 'FUNCTION_TEST', 'SITE_VISIT')),
    result text not null check (result in ('PASS', 'FAIL', 'PARTIAL')),
    note text not null,
    found_on date not null
);
create index evaluation_evidence_case on platforms.evaluation_evidence (case_id, id);

create table platforms.rectification_item (
    id uuid primary key default platforms.new_id(),
    case_id uuid not null references platforms.recognition_case on delete cascade,
    ordinal integer not null,
    requirement text not null,
    done boolean not null default false,
    evidence text,
    unique (case_id, ordinal),
    check (not done or evidence is not null)
);
