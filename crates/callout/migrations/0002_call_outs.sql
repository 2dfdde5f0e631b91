create table call_out (
  id BYTES not null primary key,
  title TEXT not null,
  body TEXT not null,
  severity TEXT not null,
  is_exercise BOOL not null,
  exercise BYTES,
  policy TEXT not null,
  started INT64 not null,
  ends INT64 not null,
  closed INT64
);
create index call_out_by_start on call_out (started);

create table call_out_department (
  callout BYTES not null,
  department BYTES not null,
  state TEXT not null,
  step INT64 not null,
  due INT64 not null,
  fired INT64 not null,
  gaps INT64 not null,
  settled INT64,
  primary key (callout, department)
);
create index call_out_department_due on call_out_department (due) where state = 'open';

create table call_listed (
  callout BYTES not null,
  tag BYTES not null,
  primary key (callout, tag)
);

create table call_page (
  id BYTES not null primary key,
  callout BYTES not null,
  department BYTES not null,
  person BYTES not null,
  channel TEXT not null,
  step INT64 not null,
  state TEXT not null,
  due INT64 not null,
  attempts INT64 not null,
  token_hash BYTES not null unique,
  tries INT64 not null,
  expires INT64 not null,
  queued INT64 not null,
  handed_over INT64,
  delivered INT64,
  acknowledged INT64,
  fault TEXT,
  unique (callout, person, channel, step)
);
create index call_page_due on call_page (channel, due) where state = 'queued';
create index call_page_by_department on call_page (callout, department);

create table call_answer (
  callout BYTES not null,
  person BYTES not null,
  department BYTES not null,
  page BYTES not null,
  answered INT64 not null,
  way TEXT not null,
  officer BYTES,
  primary key (callout, person)
);
create index call_answer_by_department on call_answer (callout, department);
