create table incident (
  id BYTES not null primary key,
  kind TEXT not null,
  department BYTES,
  service BYTES,
  contractor BYTES,
  cause_key TEXT not null unique,
  summary TEXT not null,
  opened INT64 not null,
  closed INT64
);
create index incident_by_service on incident (service, opened);
create index incident_by_opened on incident (opened);

create table alert (
  id BYTES not null primary key,
  kind TEXT not null,
  department BYTES,
  service BYTES,
  alert_key TEXT not null unique,
  body TEXT not null,
  raised INT64 not null,
  acknowledged INT64,
  acknowledged_by BYTES,
  outcome TEXT
);
create index alert_by_raised on alert (raised);

create table alert_role (
  alert BYTES not null,
  role TEXT not null,
  primary key (role, alert)
);
