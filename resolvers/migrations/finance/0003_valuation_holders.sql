-- The value of a valuation is also for those who held the patents when it was recorded (DOMAIN §2.6:
-- owner, province, CNIPA).
alter table finance.valuation_report
    add column holder_usccs text[] collate "C" not null default '{}';
