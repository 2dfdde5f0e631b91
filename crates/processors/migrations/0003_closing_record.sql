create table closing_record (
  lease BYTES not null primary key,
  at INT64 not null,
  body TEXT not null
);
