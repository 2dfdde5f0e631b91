create table partner_session (
  id BYTES not null primary key,
  token_hash BYTES not null unique,
  credential BYTES not null,
  started INT64 not null,
  seen INT64 not null,
  ended INT64
);
create index partner_session_by_start on partner_session (started);
