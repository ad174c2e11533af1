-- Tells caches which tables a transaction wrote, when it commits (resolvers/hub/cache_tags.py).
-- The program puts the triggers on the tables of all owners, where answers are kept at all.

-- For inserts, updates and deletes, with the rows in question as `changed`; a statement that changed
-- nothing tells nothing. PostgreSQL tells equal payloads of one transaction once.
create function hub.tell_written() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' then
        perform pg_notify('hub_cache', tg_table_schema || '.' || tg_table_name);
    elsif exists (select from changed) then
        perform pg_notify('hub_cache', tg_table_schema || '.' || tg_table_name);
    end if;
    return null;
end
$$;
