create table vault_purpose (
    purpose TEXT not null primary key,
    declared INT64 not null,
    statement BYTES not null
);
create table vault_opening (
    id BYTES not null primary key,
    at INT64 not null,
    actor TEXT not null,
    purpose TEXT not null,
    records INT64 not null,
    event BYTES not null,
    record BYTES,
    reason BYTES,
    reason_purpose TEXT not null,
    reason_expiry INT64 not null
);
create index vault_opening_record on vault_opening (record, at);
