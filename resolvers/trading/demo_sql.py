"""Statements that add the invented rows; a row that is there stays as it is."""

from __future__ import annotations

from typing import Final

from resolvers.value_rows import money_columns

ADD_LISTING: Final = f"""
insert into trading.listing (id, platform_code, number, title, summary, seller_name,
  seller_name_key, seller_uscc, deal, trading_method, {money_columns("price")}, industry_code,
  region_code, listed_from, listed_to, status, created_by, jurisdiction_code, source_system,
  confidence, content_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23, $24, $25, $26, 'PLATFORM', $27)
on conflict do nothing returning id
"""
ADD_DEMAND: Final = f"""
insert into trading.demand (id, number, source_system, center_code, created_by, title,
  demander_name, demander_name_key, demander_uscc, kind, industry_code, region_code, ipc_symbols,
  {money_columns("budget")}, valid_until, confidence, content_hash)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
  $20, $21, 'CENTER', $22)
on conflict do nothing returning id
"""
ADD_DEAL: Final = f"""
insert into trading.deal (id, listing_id, platform_code, kind, seller_name, seller_name_key,
  seller_uscc, buyer_name, buyer_name_key, buyer_uscc, {money_columns("price")}, signed_on,
  broker_uscc, created_by, source_system, confidence, content_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, 'PLATFORM', $23)
on conflict do nothing returning id
"""
ADD_DEAL_PATENT: Final = """
insert into trading.deal_patent (deal_id, ordinal, application_number, ipc_subclass)
select $1, 0, $2, (select case when length(main_ipc) >= 4 then left(main_ipc, 4) end
  from trading.patent_facts where application_number = $2)
"""
RUN: Final = """
insert into trading.listing_screening (id, listing_id, run_at, cause, run_by, outcome)
values ($1, $2, $3, 'REQUEST', $4, $5)
"""
