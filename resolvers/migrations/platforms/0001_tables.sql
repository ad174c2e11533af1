-- Platforms and centres of the system, their names, and the papers they rest on (DOMAIN §1.1-1.7,
-- §2.3, §3.12). Recognition, work plans, support and supervision come with their workflows.
create schema if not exists platforms;

create table platforms.policy_document (
    -- the document number; where the published text has none, its title
    number text collate "C" primary key,
    title text not null,
    issuer text not null,
    issued_on date,
    published_on date
);

-- What the notice names (DOMAIN §1.7), and the one that followed it (§1.9). A date that the published
-- text does not tell is left open.
insert into platforms.policy_document (number, title, issuer, issued_on, published_on) values
    ('知识产权强国建设纲要（2021—2035年）', '知识产权强国建设纲要（2021—2035年）',
     '中共中央、国务院', null, '2021-09-22'),
    ('国发〔2021〕20号', '“十四五”国家知识产权保护和运用规划', '国务院',
     '2021-10-09', '2021-10-28'),
    ('建设高标准市场体系行动方案', '建设高标准市场体系行动方案',
     '中共中央办公厅、国务院办公厅', null, '2021-01-31'),
    ('国知发运字〔2021〕22号', '国家知识产权局关于促进和规范知识产权运营工作的通知',
     '国家知识产权局', null, null),
    ('国知办函运字〔2022〕1002号', '国家知识产权局办公室关于完善知识产权运营平台体系有关事项的通知',
     '国家知识产权局办公室', '2022-11-23', '2022-11-30'),
    ('国知发运函字〔2023〕156号', '国家知识产权局关于认定全国知识产权运营服务平台体系功能性平台的通知',
     '国家知识产权局', null, null);

-- How many the notice plans (DOMAIN §1.3): about 15 functional platforms, at most 50 industry centres.
-- Regional centres have no number, so they have no row.
create table platforms.layout_limit (
    ordinal integer primary key,
    kind text not null check (kind in ('FUNCTIONAL', 'REGIONAL', 'INDUSTRY')),
    -- null: all functions together
    function text,
    planned integer not null check (planned > 0),
    -- a hard limit refuses the next recognition, a soft one only shows
    hard boolean not null
);
insert into platforms.layout_limit values (0, 'FUNCTIONAL', null, 15, false), (1, 'INDUSTRY', null, 50, true);

-- Neither a legal person nor an entity: no code of its own but the host's (DOMAIN §1.4).
create table platforms.operation_center (
    -- never changed, also not when the name changes
    code text collate "C" primary key check (code ~ '^(FT|FF|FS|FU|RC|IC)-[0-9]{6}-[0-9]{2}$'),
    kind text not null check (kind in ('FUNCTIONAL', 'REGIONAL', 'INDUSTRY')),
    function text check (function in (
        'TRADING_SERVICE', 'FINANCIAL_SERVICE', 'FEATURED_SERVICE', 'SUPPORT_TOOL')),
    support_tool text check (support_tool in (
        'PATENT_INTENSIVE_PRODUCT', 'PATENT_NAVIGATION', 'INNOVATION_MANAGEMENT_STANDARD',
        'SERVICE_GRADING')),
    circle text not null generated always as (
        case when kind = 'FUNCTIONAL' then 'CORE' else 'RADIATING' end) stored,
    -- the present name: the official one once recognised, a working name before
    name text not null,
    name_scheme text not null check (name_scheme in (
        'NOTICE_2022_1002', 'CASE_BY_CASE', 'NOTICE_2023_156', 'PILOT_NAME')),
    named_on date,
    host_uscc text collate "C" not null,
    region_code text collate "C" not null,
    -- whose office acts: a separately planned city before its province (DOMAIN A5)
    jurisdiction_code text collate "C" not null,
    status text not null check (status in (
        'PILOT', 'UNDER_EVALUATION', 'RECOGNISED', 'IN_RECTIFICATION', 'IN_TRANSITION',
        'NOT_RECOGNISED', 'REVOKED')),
    recognised_on date,
    recognition_document text collate "C",
    functional_positioning text,
    source_system text not null,
    source_record_id text,
    batch_id uuid,
    received_at timestamptz not null default now(),
    confidence text not null check (confidence in ('REGISTRY', 'PLATFORM', 'CENTER', 'DERIVED')),
    record_date date,
    content_hash text not null,
    field_provenance jsonb not null default '{}',
    constraint center_function check ((kind = 'FUNCTIONAL') = (function is not null)),
    constraint center_support_tool check (
        support_tool is null or coalesce(function, '') = 'SUPPORT_TOOL')
);
create index operation_center_kind on platforms.operation_center (kind, status, code);
create index operation_center_function on platforms.operation_center (function, code);
create index operation_center_circle on platforms.operation_center (circle, code);
create index operation_center_status on platforms.operation_center (status, code);
create index operation_center_region on platforms.operation_center (region_code, code);
create index operation_center_host on platforms.operation_center (host_uscc, code);
create index operation_center_jurisdiction on platforms.operation_center
    (jurisdiction_code, status, code);

-- Former names, oldest first; the present name is not repeated here.
create table platforms.center_name (
    code text collate "C" not null references platforms.operation_center on delete cascade,
    ordinal integer not null,
    name text not null,
    scheme text not null,
    valid_from date,
    valid_to date,
    primary key (code, ordinal)
);

-- 辐射范围: the regions a centre serves; 000000 is the whole country.
create table platforms.center_service_region (
    code text collate "C" not null references platforms.operation_center on delete cascade,
    ordinal integer not null,
    region_code text collate "C" not null,
    primary key (code, ordinal),
    unique (code, region_code)
);

create table platforms.center_industry (
    code text collate "C" not null references platforms.operation_center on delete cascade,
    ordinal integer not null,
    industry_code text collate "C" not null,
    primary key (code, ordinal),
    unique (code, industry_code)
);
create index center_industry_code on platforms.center_industry (industry_code, code);
