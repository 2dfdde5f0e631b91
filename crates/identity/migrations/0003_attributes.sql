create table identity_attribute (
    account BYTES not null,
    name TEXT not null,
    source TEXT not null,
    since INT64 not null,
    record INT64 not null,
    sealed BYTES not null,
    sealed_purpose TEXT not null,
    sealed_expiry INT64 not null,
    primary key (account, name)
);
create table identity_person (
    tag BYTES not null primary key,
    account BYTES not null unique
);
