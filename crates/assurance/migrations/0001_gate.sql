create table gate (
  version BYTES not null primary key,
  service BYTES not null,
  digest BYTES not null,
  opened INT64 not null,
  superseded INT64
);
create index gate_by_service on gate (service, opened);

create table gate_event (
  version BYTES not null,
  number INT64 not null,
  at INT64 not null,
  body TEXT not null,
  primary key (version, number)
);
