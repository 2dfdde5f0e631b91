create table journal_lost (
    position INT64 not null primary key,
    leaf BYTES not null
);
