-- Only holders are searched by name: applicants in the index doubled its cost on every patent stored.
drop index patents.patent_party_name_search;
create index patent_party_name_search on patents.patent_party
    using gin (patents.search_grams(name)) where role = 'HOLDER';
