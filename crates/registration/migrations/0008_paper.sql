create table registration_paper (
    id BYTES not null primary key,
    number INT64 not null unique,
    state TEXT not null,
    first_officer BYTES not null,
    first_marks TEXT not null,
    second_officer BYTES,
    second_marks TEXT,
    begun INT64 not null,
    expires INT64 not null
);
create index registration_paper_by_expiry on registration_paper (expires);
