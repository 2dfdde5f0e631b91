create table provider_share (
    account BYTES not null,
    client TEXT not null,
    attribute TEXT not null,
    given INT64 not null,
    expires INT64 not null,
    lasting BOOL not null,
    primary key (account, client, attribute)
);
create index provider_share_by_expiry on provider_share (expires);
alter table provider_pushed add column shown INT64;
