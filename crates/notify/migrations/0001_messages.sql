create table notify_message (
    id BYTES not null primary key,
    household BYTES,
    channel TEXT not null,
    template TEXT not null,
    language TEXT not null,
    sealed BYTES not null,
    record INT64 not null,
    expiry INT64 not null,
    state TEXT not null,
    attempts INT64 not null,
    due INT64 not null,
    until INT64 not null,
    queued INT64 not null,
    opening BYTES
);
create index notify_message_due on notify_message (channel, due) where state = 'queued';
create index notify_message_queued on notify_message (queued, id);
create index notify_message_household on notify_message (household);
create index notify_message_expiry on notify_message (expiry);
create table notify_tally (
    id BYTES not null primary key,
    template TEXT not null,
    queued INT64 not null,
    sent INT64 not null,
    failed INT64 not null
);
create table notify_count (
    template TEXT not null primary key,
    queued INT64 not null,
    sent INT64 not null,
    failed INT64 not null
);
