create table contractor (
  id BYTES not null primary key,
  name TEXT not null,
  trade TEXT not null,
  contact BYTES,
  contact_purpose TEXT not null,
  contact_expiry INT64 not null,
  created INT64 not null
);

create table contractor_key (
  contractor BYTES not null,
  number INT64 not null,
  signing BYTES not null,
  recipient TEXT not null,
  added INT64 not null,
  primary key (contractor, number)
);

create table contract (
  id BYTES not null primary key,
  contractor BYTES not null,
  department BYTES not null,
  until INT64 not null,
  ended INT64,
  body TEXT not null
);
create index contract_by_department on contract (department, until);
create index contract_by_contractor on contract (contractor);

create table credential (
  id BYTES not null primary key,
  token_hash BYTES not null unique,
  contract BYTES not null,
  created INT64 not null,
  ended INT64
);
create index credential_by_contract on credential (contract);

create table lease (
  id BYTES not null primary key,
  contractor BYTES not null,
  contract BYTES not null,
  department BYTES not null,
  service BYTES not null,
  state TEXT not null,
  until INT64 not null,
  due INT64,
  probe INT64,
  body TEXT not null,
  secret BYTES,
  secret_purpose TEXT not null,
  secret_expiry INT64 not null
);
create index lease_by_state on lease (state, until);
create index lease_by_due on lease (due);
create index lease_by_probe on lease (probe);
create index lease_by_contractor on lease (contractor);
create index lease_by_service on lease (service);
create index lease_by_contract on lease (contract);

create table lease_member (
  lease BYTES not null,
  handle BYTES not null,
  primary key (lease, handle)
);

create table lease_lookup (
  lease BYTES not null,
  day INT64 not null,
  lookups INT64 not null,
  primary key (lease, day)
);

create table lease_reminder (
  lease BYTES not null,
  days INT64 not null,
  until INT64 not null,
  at INT64 not null,
  primary key (lease, until, days)
);

create table lease_address (
  lease BYTES not null,
  address TEXT not null,
  use_for TEXT not null,
  declared_by TEXT not null,
  at INT64 not null,
  primary key (lease, address)
);

create table hand_over (
  id BYTES not null primary key,
  lease BYTES not null,
  at INT64 not null,
  digest BYTES not null,
  persons INT64 not null,
  package BYTES,
  package_purpose TEXT not null,
  package_expiry INT64 not null
);
create index hand_over_by_lease on hand_over (lease, at);

create table canary (
  id BYTES not null primary key,
  lease BYTES not null,
  number_tag BYTES not null unique,
  mobile_tag BYTES not null,
  reference_tag BYTES not null,
  planted INT64 not null,
  seen INT64,
  sealed BYTES,
  sealed_purpose TEXT not null,
  sealed_expiry INT64 not null
);
create index canary_by_lease on canary (lease);
create index canary_by_mobile on canary (mobile_tag);
create index canary_by_reference on canary (reference_tag);

create table deletion_statement (
  lease BYTES not null,
  number INT64 not null,
  at INT64 not null,
  verdict TEXT not null,
  late BOOL not null,
  digest BYTES not null,
  body TEXT not null,
  signature BYTES not null,
  primary key (lease, number)
);

create table enquiry (
  id BYTES not null primary key,
  lease BYTES not null,
  escalation BYTES not null,
  sent INT64 not null,
  due INT64 not null,
  answered INT64,
  answers TEXT,
  unique (lease, escalation)
);
create index enquiry_by_due on enquiry (answered, due);

create table probe (
  id BYTES not null primary key,
  lease BYTES not null,
  round INT64 not null,
  at INT64 not null,
  source TEXT not null,
  verdict TEXT not null,
  body TEXT not null
);
create index probe_by_lease on probe (lease, at);

create table escalation (
  id BYTES not null primary key,
  lease BYTES not null,
  contractor BYTES not null,
  department BYTES not null,
  escalation_key TEXT not null unique,
  at INT64 not null,
  body TEXT not null
);
create index escalation_by_department on escalation (department, at);
create index escalation_by_contractor on escalation (contractor, at);
