create table identity_visit (
    code BYTES not null primary key,
    account BYTES not null unique,
    expires INT64 not null
);
create index identity_visit_by_expiry on identity_visit (expires);
