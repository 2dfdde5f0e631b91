create table identity_recovery (
    tag BYTES not null primary key,
    id BYTES not null unique,
    reference TEXT not null unique,
    begun INT64 not null,
    due INT64 not null,
    ends INT64 not null,
    vouched_by BYTES,
    proofed INT64
);
create index identity_recovery_by_end on identity_recovery (ends);
