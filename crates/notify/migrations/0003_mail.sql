create table mail (
    id BYTES not null primary key,
    recipient_kind TEXT not null,
    recipient BYTES not null,
    kind TEXT not null,
    body TEXT not null,
    state TEXT not null,
    attempts INT64 not null,
    due INT64 not null,
    until INT64 not null,
    queued INT64 not null
);
create index mail_due on mail (due) where state = 'queued';
create index mail_queued on mail (queued, id);
