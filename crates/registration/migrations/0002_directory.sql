create table scheme_version (
    id BYTES not null primary key,
    service BYTES not null,
    slug TEXT not null,
    digest BYTES not null,
    definition TEXT not null,
    author TEXT not null,
    saved INT64 not null
);
create index scheme_version_by_service on scheme_version (service, saved);
create table scheme_service (
    service BYTES not null primary key,
    slug TEXT not null unique,
    created INT64 not null,
    ending TEXT,
    ended INT64,
    certificate TEXT
);
