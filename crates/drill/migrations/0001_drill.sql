create table drill (
  id BYTES not null primary key,
  pack TEXT not null,
  digest BYTES not null,
  title TEXT not null,
  host BYTES not null,
  begins INT64 not null,
  stage TEXT not null,
  started INT64,
  ended INT64,
  follows BYTES
);
create index drill_by_host on drill (host, begins);
create index drill_by_stage on drill (stage);

create table drill_host (
  drill BYTES not null,
  department BYTES not null,
  primary key (drill, department)
);
create index drill_host_by_department on drill_host (department);

create table drill_team (
  drill BYTES not null,
  number INT64 not null,
  department BYTES not null,
  name TEXT not null,
  incident BYTES,
  primary key (drill, number)
);
create index drill_team_by_department on drill_team (department);

create table drill_seat (
  drill BYTES not null,
  sitter BYTES not null,
  is_guest BOOL not null,
  part TEXT not null,
  team INT64,
  place TEXT,
  number INT64 not null,
  until INT64,
  seated INT64 not null,
  ended INT64,
  primary key (drill, sitter)
);
create index drill_seat_by_sitter on drill_seat (sitter);

create table drill_guest (
  id BYTES not null primary key,
  drill BYTES not null,
  token_hash BYTES not null unique,
  sealed BYTES not null,
  sealed_record INT64 not null,
  sealed_expiry INT64 not null,
  invited INT64 not null
);
create index drill_guest_by_drill on drill_guest (drill);

create table drill_entry (
  drill BYTES not null,
  number INT64 not null,
  body TEXT not null,
  primary key (drill, number)
);
