create table provider_change (
    client TEXT not null primary key,
    body TEXT not null,
    digest BYTES not null,
    proposed INT64 not null,
    proposed_by BYTES not null
);
create table provider_picture (
    client TEXT not null,
    digest BYTES not null,
    media_type TEXT not null,
    picture BYTES not null,
    kept INT64 not null,
    primary key (client, digest)
);
