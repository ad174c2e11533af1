-- The yearly performance evaluation (DOMAIN §2.5, §2.8).
create table reporting.performance_evaluation (
    id uuid primary key default reporting.new_id(),
    center_code text collate "C" not null,
    year integer not null,
    -- of the centre when the year was opened: who is compared with whom, and whose office acts
    kind text not null,
    function text,
    jurisdiction_code text collate "C" not null,
    stage text not null check (stage in ('PLANNED', 'DATA_FROZEN', 'SELF_ASSESSED',
        'PROVINCIAL_OPINION', 'EXPERT_REVIEW', 'DRAFT_RESULT', 'PUBLISHED', 'OBJECTION', 'FINAL')),
    data_score numeric(5, 2),
    total numeric(5, 2),
    grade text check (grade in ('EXCELLENT', 'GOOD', 'QUALIFIED', 'UNQUALIFIED')),
    rank integer,
    strengths text,
    problems text,
    published_on date,
    objection text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (center_code, year)
);
create index performance_evaluation_year on reporting.performance_evaluation
    (year, stage, center_code);
create index performance_evaluation_group on reporting.performance_evaluation
    (year, kind, function, total);

create table reporting.evaluation_score (
    evaluation_id uuid not null references reporting.performance_evaluation on delete cascade,
    ordinal integer not null,
    criterion text not null,
    weight integer not null,
    -- what the figures give, for the lines that are pre-filled
    prefilled numeric(5, 2),
    self numeric(5, 2),
    province numeric(5, 2),
    expert numeric(5, 2),
    -- who said the present `self`: INDICATORS or SELF
    source text not null check (source in ('INDICATORS', 'SELF')),
    primary key (evaluation_id, criterion)
);
