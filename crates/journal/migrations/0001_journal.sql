create table journal_event (
    id BYTES not null primary key,
    at INT64 not null,
    verb TEXT not null,
    body TEXT not null,
    salt BYTES not null,
    leaf BYTES not null,
    record BYTES,
    link_salt BYTES
);
create table journal_leaf (
    position INT64 not null primary key,
    event BYTES not null unique
);
create table outbox_job (
    id BYTES not null primary key,
    kind TEXT not null,
    job_key TEXT not null,
    due INT64 not null,
    lease INT64 not null,
    attempts INT64 not null,
    body TEXT not null,
    unique (kind, job_key)
);
create index outbox_job_due on outbox_job (kind, due);
