create table approval (
  id BYTES not null primary key,
  kind TEXT not null,
  service BYTES not null,
  what TEXT not null,
  digest BYTES not null,
  requested_by BYTES not null,
  requested_at INT64 not null,
  expires INT64 not null,
  state TEXT not null,
  decided_by BYTES,
  decided_at INT64,
  used_at INT64
);
create index approval_by_service on approval (service, requested_at);
