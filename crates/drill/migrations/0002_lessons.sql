create table drill_lesson (
  id BYTES not null primary key,
  drill BYTES not null,
  body TEXT not null,
  department BYTES not null,
  officer BYTES,
  due INT64 not null,
  written INT64 not null,
  done INT64
);
create index drill_lesson_by_drill on drill_lesson (drill, written);
create index drill_lesson_by_department on drill_lesson (department, due);

create table drill_note (
  id BYTES not null primary key,
  drill BYTES not null,
  body TEXT not null,
  written INT64 not null
);
create index drill_note_by_drill on drill_note (drill, written);
