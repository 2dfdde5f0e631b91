create table rights (
  officer BYTES not null primary key,
  given INT64 not null,
  lapsed INT64,
  lapsed_roles TEXT not null
);

create table access_review (
  id BYTES not null primary key,
  department BYTES not null,
  done INT64 not null,
  reviewer BYTES not null
);
create index access_review_by_department on access_review (department, done);

create table access_review_line (
  review BYTES not null,
  officer BYTES not null,
  roles TEXT not null,
  decision TEXT not null,
  primary key (review, officer)
);
