-- Screening, overrides, matching, the life of open-licence statements (DOMAIN §2.5, §2.7).

alter table trading.listing
    add column summary text,
    -- where the consent can be read: a document's number or address
    add column co_owner_consent text,
    add column pledgee_consent text,
    -- who made it in the hub; null for what a feed brought
    add column created_by text,
    -- of the platform; null for what a feed brought
    add column jurisdiction_code text collate "C",
    -- when it was last compared with demands; null: to be compared
    add column matched_at timestamptz;

-- Counts of what is on offer, read from the index alone.
create index listing_active_region on trading.listing (region_code) where status = 'LISTED';
create index listing_active_industry on trading.listing (industry_code) where status = 'LISTED';
create index listing_active_platform on trading.listing (platform_code) where status = 'LISTED';
create index listing_due on trading.listing (listed_to) where status in ('LISTED', 'MATCHED');
create index listing_unmatched on trading.listing (id)
    where status = 'LISTED' and matched_at is null;
create index deal_totals on trading.deal (platform_code, signed_on)
    include (price_amount, price_currency);

-- How often a rule was found wrong by people is told by the rows themselves: a screening is never
-- changed but by its one override.
create table trading.listing_screening (
    id uuid primary key default trading.new_id(),
    listing_id uuid not null references trading.listing on delete cascade,
    run_at timestamptz not null,
    -- REQUEST: asked for; SUBMITTED: by the worker; the code of a legal event otherwise
    cause text not null,
    run_by text not null,
    outcome text not null check (outcome in ('PASS', 'WARN', 'BLOCK')),
    reviewed_by text,
    reviewed_at timestamptz,
    override_reason text,
    check ((reviewed_by is null) = (override_reason is null))
);
create index listing_screening_listing on trading.listing_screening (listing_id, run_at, id);

create table trading.screening_finding (
    screening_id uuid not null references trading.listing_screening on delete cascade,
    ordinal integer not null,
    rule text not null,
    outcome text not null check (outcome in ('PASS', 'WARN', 'BLOCK')),
    application_number text collate "C",
    message text not null,
    -- a finding that a person may lower, and whether one did
    overridable boolean not null default false,
    overridden boolean not null default false,
    primary key (screening_id, ordinal)
);

-- What a person lowered stands for later runs as long as the finding says the same.
create table trading.screening_override (
    listing_id uuid not null references trading.listing on delete cascade,
    rule text not null,
    application_number text collate "C" not null default '',
    message text not null,
    screening_id uuid not null references trading.listing_screening on delete cascade,
    primary key (listing_id, rule, application_number, message)
);

-- Runs of a platform's listings and how many of them blocked, counted with each run.
create table trading.screening_total (
    platform_code text collate "C" primary key,
    runs bigint not null,
    blocked bigint not null
);

create table trading.status_change (
    id bigint generated always as identity primary key,
    workflow text not null, key text collate "C" not null,
    from_status text, to_status text not null, action text,
    by_subject text not null, by_role text not null,
    at timestamptz not null, comment text
);
create index status_change_key on trading.status_change (workflow, key, id);

alter table trading.open_licence_statement
    -- the platform that filed it, and who; null for what a feed brought
    add column filed_by_center text collate "C",
    add column filed_by text,
    -- region of the patent's applicant, kept by the triggers below: counts need no join
    add column region_code text collate "C";
update trading.open_licence_statement as s set region_code = f.region_code
from trading.patent_facts as f where f.application_number = s.application_number;
create index open_licence_active_region on trading.open_licence_statement (region_code)
    where status = 'IN_FORCE';
create index open_licence_due on trading.open_licence_statement (term_to)
    where status = 'IN_FORCE';
create index open_licence_begins on trading.open_licence_statement (term_from)
    where status = 'FILED' and filed_by_center is null;
-- one that the hub filed waits for its announcement alone
create unique index open_licence_filed on trading.open_licence_statement (application_number)
    where status = 'FILED' and filed_by_center is not null;

-- A statement filed in the hub gets its number of the gazette when it is announced.
alter table trading.open_licence_party
    drop constraint open_licence_party_statement_number_fkey,
    add constraint open_licence_party_statement_number_fkey foreign key (statement_number)
        references trading.open_licence_statement on update cascade on delete cascade;
create sequence trading.open_licence_number;

create function trading.take_region() returns trigger language plpgsql as $$
begin
    select f.region_code into new.region_code from trading.patent_facts as f
    where f.application_number = new.application_number;
    return new;
end
$$;
create trigger open_licence_region before insert or update of application_number
    on trading.open_licence_statement for each row execute function trading.take_region();

create function trading.give_region() returns trigger language plpgsql as $$
begin
    update trading.open_licence_statement set region_code = new.region_code
    where application_number = new.application_number
      and region_code is distinct from new.region_code;
    return null;
end
$$;
create trigger patent_facts_region_changed after insert or update of region_code
    on trading.patent_facts for each row execute function trading.give_region();

-- Obstacles no source tells of (DOMAIN §2.7, bar OTHER), noted by CNIPA.
create table trading.open_licence_obstacle (
    application_number text collate "C" primary key,
    reason text not null,
    noted_by text not null,
    noted_at timestamptz not null
);

-- A transfer was registered while a statement was in force (DOMAIN §2.5).
create table trading.statement_warning (
    application_number text collate "C" not null,
    statement_number text collate "C" not null
        references trading.open_licence_statement on update cascade on delete cascade,
    code text not null,
    event_id text not null,
    noted_at timestamptz not null,
    primary key (application_number, statement_number, code)
);

alter table trading.demand
    -- the centre that published it, and who; null for what a feed brought
    add column center_code text collate "C",
    add column created_by text,
    add column matched_at timestamptz;
create index demand_active_industry on trading.demand (industry_code) where status = 'OPEN';
create index demand_unmatched on trading.demand (id) where status = 'OPEN' and matched_at is null;

alter table trading.deal add column created_by text;
-- main subclass at the time of the deal: prices are compared within it
alter table trading.deal_patent add column ipc_subclass text collate "C";
update trading.deal_patent as p set ipc_subclass = left(f.main_ipc, 4)
from trading.patent_facts as f
where f.application_number = p.application_number and length(f.main_ipc) >= 4;
create index deal_patent_subclass on trading.deal_patent (ipc_subclass, deal_id);

-- IPC classes (three characters) of what was compared: candidates are found by them.
create table trading.listing_class (
    ipc_class text collate "C" not null,
    listing_id uuid not null references trading.listing on delete cascade,
    primary key (ipc_class, listing_id)
);
create index listing_class_listing on trading.listing_class (listing_id);
create table trading.demand_class (
    ipc_class text collate "C" not null,
    demand_id uuid not null references trading.demand on delete cascade,
    primary key (ipc_class, demand_id)
);
create index demand_class_demand on trading.demand_class (demand_id);

-- A listing or demand whose content changed is compared anew.
create function trading.match_again() returns trigger language plpgsql as $$
begin
    new.matched_at := null;
    return new;
end
$$;
create trigger listing_changed before update on trading.listing for each row
    when (old.content_hash is distinct from new.content_hash)
    execute function trading.match_again();
create trigger demand_changed before update on trading.demand for each row
    when (old.content_hash is distinct from new.content_hash)
    execute function trading.match_again();

-- What is not to be had any more, or not looked for, leaves no proposals behind.
create function trading.drop_proposals() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'listing' then
        delete from trading.match where listing_id = new.id and status = 'PROPOSED';
    else
        delete from trading.match where demand_id = new.id and status = 'PROPOSED';
    end if;
    return null;
end
$$;
create trigger listing_ended after update of status on trading.listing for each row
    when (new.status in ('SOLD', 'EXPIRED', 'DELISTED') and old.status <> new.status)
    execute function trading.drop_proposals();
create trigger demand_ended after update of status on trading.demand for each row
    when (new.status <> 'OPEN' and old.status = 'OPEN')
    execute function trading.drop_proposals();
