create table department (
  id BYTES not null primary key,
  code TEXT not null unique,
  name TEXT not null,
  created INT64 not null
);

create table officer (
  id BYTES not null primary key,
  department BYTES not null,
  post TEXT not null,
  roles TEXT not null,
  contact BYTES not null,
  contact_record INT64 not null,
  contact_expiry INT64 not null,
  created INT64 not null,
  ended INT64
);
create index officer_by_department on officer (department);

create table invitation (
  id BYTES not null primary key,
  token_hash BYTES not null unique,
  officer BYTES not null,
  expires INT64 not null,
  used INT64
);
create index invitation_by_officer on invitation (officer);

create table passkey (
  id BYTES not null primary key,
  officer BYTES not null,
  credential BYTES not null unique,
  body TEXT not null,
  created INT64 not null,
  last_used INT64,
  suspended INT64
);
create index passkey_by_officer on passkey (officer);

create table ceremony (
  token_hash BYTES not null primary key,
  kind TEXT not null,
  officer BYTES,
  invitation BYTES,
  state TEXT not null,
  expires INT64 not null
);
create index ceremony_by_expiry on ceremony (expires);

create table session (
  id BYTES not null primary key,
  token_hash BYTES not null unique,
  officer BYTES not null,
  started INT64 not null,
  seen INT64 not null,
  ended INT64
);
create index session_by_officer on session (officer);

create table service_owner (
  service BYTES not null primary key,
  department BYTES not null,
  enrolled INT64 not null
);
