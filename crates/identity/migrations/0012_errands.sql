create table identity_errand (
    id BYTES not null primary key,
    act TEXT not null,
    document BYTES not null,
    tag BYTES not null,
    asked INT64 not null
);
create index identity_errand_by_time on identity_errand (asked);
create table identity_change (
    event BYTES not null primary key,
    account BYTES not null,
    what TEXT not null,
    at INT64 not null
);
create index identity_change_by_account on identity_change (account, at);
