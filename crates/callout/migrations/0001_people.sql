create table call_person (
  id BYTES not null primary key,
  department BYTES not null,
  post TEXT not null,
  duties TEXT not null,
  quiet_from INT64 not null,
  quiet_until INT64 not null,
  sealed BYTES not null,
  sealed_record INT64 not null,
  sealed_expiry INT64 not null,
  checked INT64,
  reached INT64,
  ended INT64
);
create index call_person_by_department on call_person (department);

create table call_address (
  person BYTES not null,
  channel TEXT not null,
  tag BYTES not null,
  primary key (person, channel)
);

create table call_leave (
  person BYTES not null,
  starts INT64 not null,
  until INT64 not null,
  primary key (person, starts)
);

create table call_rota (
  department BYTES not null,
  name TEXT not null,
  body TEXT not null,
  saved INT64 not null,
  primary key (department, name)
);
