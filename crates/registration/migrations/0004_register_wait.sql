create table register_wait (
    one INT64 not null primary key,
    failures INT64 not null,
    not_before INT64 not null
);
