create table signing_asked (
    id BYTES not null primary key,
    account BYTES not null,
    client TEXT not null,
    form TEXT not null,
    document BYTES not null,
    asked INT64 not null,
    due INT64 not null,
    outcome TEXT,
    ended INT64,
    fetched INT64,
    expires INT64 not null
);
create index signing_asked_by_account on signing_asked (account, asked);
create index signing_asked_by_client on signing_asked (client, asked);
create index signing_asked_by_expiry on signing_asked (expires);
