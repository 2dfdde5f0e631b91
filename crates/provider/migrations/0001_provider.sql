create table provider_client (
    id TEXT not null primary key,
    body TEXT not null,
    digest BYTES not null,
    registered INT64 not null,
    registered_by BYTES not null,
    approved INT64,
    approved_by BYTES,
    ended INT64
);
create table provider_key (
    kid TEXT not null primary key,
    algorithm TEXT not null,
    public TEXT not null,
    record INT64 not null,
    private BYTES not null,
    private_purpose TEXT not null,
    private_expiry INT64 not null,
    signs_from INT64 not null,
    signs_until INT64 not null,
    shown_until INT64 not null
);
create table provider_pushed (
    tag BYTES not null primary key,
    client TEXT not null,
    body TEXT not null,
    expires INT64 not null
);
create index provider_pushed_by_expiry on provider_pushed (expires);
create table provider_grant (
    id BYTES not null primary key,
    client TEXT not null,
    account BYTES not null,
    session BYTES not null,
    body TEXT not null,
    generation INT64 not null,
    expires INT64 not null,
    ended INT64
);
create index provider_grant_by_account on provider_grant (account, client);
create index provider_grant_by_session on provider_grant (session);
create index provider_grant_by_expiry on provider_grant (expires);
create table provider_code (
    tag BYTES not null primary key,
    grant_id BYTES not null,
    body TEXT not null,
    used INT64,
    expires INT64 not null
);
create index provider_code_by_expiry on provider_code (expires);
create table provider_access (
    tag BYTES not null primary key,
    grant_id BYTES not null,
    expires INT64 not null
);
create index provider_access_by_expiry on provider_access (expires);
create table provider_refresh (
    tag BYTES not null primary key,
    grant_id BYTES not null,
    generation INT64 not null,
    replaced BOOL not null,
    expires INT64 not null
);
create index provider_refresh_by_grant on provider_refresh (grant_id, generation);
create index provider_refresh_by_expiry on provider_refresh (expires);
create table provider_seen (
    tag BYTES not null primary key,
    expires INT64 not null
);
create index provider_seen_by_expiry on provider_seen (expires);
create table provider_consent (
    account BYTES not null,
    client TEXT not null,
    scope TEXT not null,
    given INT64 not null,
    expires INT64 not null,
    primary key (account, client)
);
create index provider_consent_by_expiry on provider_consent (expires);
