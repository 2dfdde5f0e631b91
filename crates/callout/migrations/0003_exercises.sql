create table call_exercise (
  id BYTES not null primary key,
  title TEXT not null,
  body TEXT not null,
  policy TEXT not null,
  commitment BYTES not null,
  salt BYTES not null,
  plan TEXT not null,
  planned INT64 not null,
  opens INT64 not null,
  opened INT64
);

create table call_exercise_time (
  exercise BYTES not null,
  number INT64 not null,
  due INT64 not null,
  callout BYTES,
  started INT64,
  primary key (exercise, number)
);
create index call_exercise_time_due on call_exercise_time (due) where started is null;

create table call_exercise_department (
  exercise BYTES not null,
  department BYTES not null,
  primary key (exercise, department)
);

create table call_exercise_listed (
  exercise BYTES not null,
  tag BYTES not null,
  primary key (exercise, tag)
);
