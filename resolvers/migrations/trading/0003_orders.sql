-- Lists by price and by fee: each order needs an index that ends in the key.
create index listing_price_order on trading.listing (price_low, id) where price_low is not null;
create index open_licence_fee_order on trading.open_licence_statement
    ((coalesce(fee_amount, 0)), statement_number)
    where fee_kind in ('FIXED', 'FREE') and fee_currency = 'CNY';
