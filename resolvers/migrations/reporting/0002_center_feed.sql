-- Centres come in as a feed too.
alter table reporting.ingest_batch drop constraint ingest_batch_feed_check;
alter table reporting.ingest_batch add constraint ingest_batch_feed_check check (feed in (
    'PATENT', 'LEGAL_EVENT', 'OPEN_LICENCE', 'TRANSFER', 'LICENCE', 'PLEDGE', 'LISTING',
    'DEMAND', 'INTENSIVE_PRODUCT', 'NAVIGATION', 'THIRD_PARTY', 'BUSINESS_REPORT',
    'ORGANIZATION', 'OPERATION_CENTER'));
