create table vault_owner (
    one INT64 not null primary key,
    service BYTES not null
);
