create table provider_service_token (
    tag BYTES not null primary key,
    client TEXT not null,
    scope TEXT not null,
    bound TEXT not null,
    expires INT64 not null
);
create index provider_service_token_by_expiry on provider_service_token (expires);
