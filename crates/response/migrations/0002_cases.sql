alter table incident add column lead BYTES;
alter table incident add column commander BYTES;
alter table incident add column is_exercise BOOL not null default false;
alter table incident add column facts TEXT not null default '';

create table case_moment (
  incident BYTES not null,
  number INT64 not null,
  milestone TEXT not null,
  happened INT64 not null,
  noted INT64 not null,
  officer BYTES not null,
  entry INT64 not null,
  primary key (incident, number)
);

create table case_deadline (
  incident BYTES not null,
  number INT64 not null,
  clock TEXT not null,
  begins INT64 not null,
  due INT64 not null,
  met INT64,
  is_excused BOOL not null,
  noted INT64 not null,
  superseded INT64,
  primary key (incident, number)
);
create index case_deadline_due on case_deadline (due) where superseded is null;

create table case_entry (
  incident BYTES not null,
  number INT64 not null,
  kind TEXT not null,
  room TEXT not null,
  happened INT64 not null,
  noted INT64 not null,
  officer BYTES not null,
  department BYTES not null,
  about INT64,
  due INT64,
  settled INT64,
  settled_by BYTES,
  digest BYTES,
  sealed BYTES not null,
  file BYTES not null,
  sealed_record INT64 not null,
  expiry INT64 not null,
  primary key (incident, number)
);
create index case_entry_by_expiry on case_entry (expiry);

create table case_share (
  incident BYTES not null,
  room TEXT not null,
  department BYTES not null,
  since INT64 not null,
  officer BYTES not null,
  ended INT64,
  primary key (incident, room, department, since)
);
create index case_share_by_department on case_share (department, incident);

create table case_step (
  incident BYTES not null,
  playbook TEXT not null,
  step TEXT not null,
  ticked INT64 not null,
  officer BYTES not null,
  primary key (incident, playbook, step)
);

create table case_call_out (
  incident BYTES not null,
  callout BYTES not null,
  primary key (incident, callout)
);
