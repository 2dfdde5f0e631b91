create table journal_removal (
    kind TEXT not null,
    thing BYTES not null,
    at INT64 not null,
    note TEXT not null,
    primary key (kind, thing)
);
