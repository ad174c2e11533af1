-- Demands come by feeds, too: their number is unique within the centre that publishes them, whatever
-- its sources are called.
alter table trading.demand
    drop constraint demand_source_system_number_key,
    add constraint demand_number unique (center_code, number);
-- of a source that names no centre
create unique index demand_source_number on trading.demand (source_system, number)
    where center_code is null;
create index demand_batch on trading.demand (batch_id);
