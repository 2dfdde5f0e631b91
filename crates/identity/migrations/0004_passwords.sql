create table identity_password (
    account BYTES not null primary key,
    record INT64 not null,
    hash BYTES not null,
    hash_purpose TEXT not null,
    hash_expiry INT64 not null,
    since INT64 not null
);
drop table identity_session;
create table identity_session (
    id BYTES not null primary key,
    token_hash BYTES not null unique,
    account BYTES not null,
    means TEXT not null,
    passkey BYTES,
    started INT64 not null,
    seen INT64 not null
);
create index identity_session_by_account on identity_session (account);
create index identity_session_by_start on identity_session (started);
create index identity_session_by_use on identity_session (seen);
