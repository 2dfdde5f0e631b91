create table signing_key (
    account BYTES not null primary key,
    passkey BYTES not null,
    credential BYTES not null,
    public TEXT not null,
    since INT64 not null,
    expires INT64 not null
);
create index signing_key_by_expiry on signing_key (expires);
create table signing_request (
    id BYTES not null primary key,
    account BYTES not null,
    service TEXT not null,
    form TEXT not null,
    pages INT64 not null,
    record INT64 not null,
    body BYTES not null,
    body_purpose TEXT not null,
    body_expiry INT64 not null,
    created INT64 not null,
    expires INT64 not null,
    made INT64,
    signed_record INT64,
    signed BYTES
);
create index signing_request_by_account on signing_request (account, created);
create index signing_request_by_expiry on signing_request (expires);
create table signing_page (
    request BYTES not null,
    number INT64 not null,
    picture BYTES not null,
    picture_purpose TEXT not null,
    picture_expiry INT64 not null,
    expires INT64 not null,
    primary key (request, number)
);
create index signing_page_by_expiry on signing_page (expires);
create table signing_certificate (
    number BYTES not null primary key,
    made INT64 not null,
    revoked INT64,
    reason TEXT
);
create index signing_certificate_by_revocation on signing_certificate (revoked);
create table signing_history (
    number BYTES not null primary key,
    account BYTES not null,
    service TEXT not null,
    form TEXT not null,
    document BYTES not null,
    made INT64 not null,
    expires INT64 not null
);
create index signing_history_by_account on signing_history (account, made);
create index signing_history_by_expiry on signing_history (expires);
