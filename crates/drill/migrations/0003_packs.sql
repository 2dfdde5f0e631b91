create table drill_pack (
  digest BYTES not null,
  name TEXT not null,
  content BYTES not null,
  primary key (digest, name)
);
