create table provider_release (
    id BYTES not null primary key,
    account BYTES not null,
    client TEXT not null,
    attributes TEXT not null,
    event BYTES not null,
    at INT64 not null,
    expires INT64 not null
);
create index provider_release_by_account on provider_release (account, at);
create index provider_release_by_expiry on provider_release (expires);
