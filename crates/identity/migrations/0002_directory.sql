create table identity_provider (
    one INT64 not null primary key,
    service BYTES not null,
    created INT64 not null
);
create table identity_charter (
    digest BYTES not null primary key,
    body TEXT not null,
    saved INT64 not null
);
