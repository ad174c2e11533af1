-- Dashboards (DOMAIN §2.10): tiles made by the worker, never worked out when asked for.
create table reporting.dashboard_tile (
    scope text not null check (scope in ('NATIONAL', 'REGION', 'INDUSTRY', 'CENTER')),
    -- '' for NATIONAL
    code text collate "C" not null,
    tile text collate "C" not null,
    value numeric(24, 2) not null,
    -- part of the title: the period the figure is of; '' for a figure of now
    period_label text not null default '',
    -- a fraction: against the period before, or against the value 30 days ago; null: not known
    change_rate numeric(14, 4),
    updated_at timestamptz not null,
    primary key (scope, code, tile)
);

-- One value a day and tile, to compare with.
create table reporting.dashboard_history (
    scope text not null,
    code text collate "C" not null,
    tile text collate "C" not null,
    day date not null,
    value numeric(24, 2) not null,
    primary key (scope, code, tile, day)
);
create index dashboard_history_day on reporting.dashboard_history (day);
