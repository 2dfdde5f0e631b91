create table vault_erasure (
    id BYTES not null primary key,
    at INT64 not null,
    record BYTES,
    cause TEXT not null,
    scope TEXT not null,
    households INT64 not null,
    persons INT64 not null,
    state TEXT not null,
    first INT64 not null,
    last INT64 not null
);
create index vault_erasure_open on vault_erasure (state, at) where state <> 'certified';
create table vault_erasure_target (
    erasure BYTES not null,
    position INT64 not null,
    kind TEXT not null,
    purpose TEXT not null,
    expiry INT64 not null,
    record INT64 not null,
    person INT64 not null,
    field_group INT64 not null,
    commitment BYTES not null,
    primary key (erasure, position)
);
create table vault_applied (
    one INT64 not null primary key,
    number INT64 not null
);
alter table vault_opening add column reason_record INT64;
create index vault_opening_reason on vault_opening (reason_record);
