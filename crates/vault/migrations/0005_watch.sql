create index vault_opening_at on vault_opening (at);
create table vault_search (
    id BYTES not null primary key,
    at INT64 not null,
    officer BYTES not null,
    department BYTES not null,
    tag BYTES not null,
    expiry INT64 not null
);
create index vault_search_at on vault_search (at);
