alter table advisory add column revision INT64 not null default 1;
alter table advisory add column asks_since INT64 not null default 1;
alter table advisory add column revised INT64;
alter table advisory add column changes TEXT;
alter table advisory_receipt add column revision INT64 not null default 1;

create table advisory_revision (
  advisory INT64 not null,
  revision INT64 not null,
  title TEXT not null,
  body TEXT not null,
  public_body TEXT,
  changes TEXT,
  written INT64 not null,
  primary key (advisory, revision)
);
