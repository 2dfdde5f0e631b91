create table advisory (
  number INT64 not null primary key,
  kind TEXT not null,
  title TEXT not null,
  body TEXT not null,
  public_body TEXT,
  audiences TEXT not null,
  department BYTES not null,
  officer BYTES not null,
  published INT64 not null,
  withdrawn INT64
);

create table advisory_receipt (
  advisory INT64 not null,
  department BYTES not null,
  impact TEXT not null,
  officer BYTES not null,
  confirmed INT64 not null,
  primary key (advisory, department)
);

create table advisory_subscriber (
  id BYTES not null primary key,
  tag BYTES not null unique,
  address BYTES not null,
  record INT64 not null,
  expiry INT64 not null,
  audience TEXT not null,
  token_hash BYTES not null unique,
  asked INT64 not null,
  confirmed INT64
);
create index advisory_subscriber_by_expiry on advisory_subscriber (expiry);
