create table identity_state (
    one INT64 not null primary key,
    charter BYTES not null
);
create table identity_account (
    id BYTES not null primary key,
    level TEXT not null,
    language TEXT not null,
    created INT64 not null,
    record INT64 not null,
    mobile BYTES not null,
    mobile_purpose TEXT not null,
    mobile_expiry INT64 not null
);
create index identity_account_by_expiry on identity_account (mobile_expiry);
create table identity_mobile (
    tag BYTES not null primary key,
    account BYTES not null unique
);
create table identity_enrolment (
    id BYTES not null primary key,
    tag BYTES not null,
    code BYTES not null,
    tries INT64 not null,
    confirmed BOOL not null,
    expires INT64 not null
);
create index identity_enrolment_by_expiry on identity_enrolment (expires);
create table identity_budget (
    scope TEXT not null,
    tag BYTES not null,
    ends INT64 not null,
    used INT64 not null,
    primary key (scope, tag, ends)
);
create index identity_budget_by_end on identity_budget (ends);
create table identity_passkey (
    id BYTES not null primary key,
    account BYTES not null,
    credential BYTES not null unique,
    body TEXT not null,
    device TEXT not null,
    created INT64 not null,
    last_used INT64,
    suspended INT64
);
create index identity_passkey_by_account on identity_passkey (account);
create table identity_answered (
    ceremony BYTES not null primary key,
    expires INT64 not null
);
create index identity_answered_by_expiry on identity_answered (expires);
create table identity_session (
    id BYTES not null primary key,
    token_hash BYTES not null unique,
    account BYTES not null,
    passkey BYTES not null,
    started INT64 not null,
    seen INT64 not null
);
create index identity_session_by_account on identity_session (account);
create index identity_session_by_start on identity_session (started);
create index identity_session_by_use on identity_session (seen);
