-- What an officer calls a passkey ends like everything personal. Names from before had no last day: they are forgotten, and
-- whoever wants one names the passkey again.
alter table passkey add column name_expiry INT64 not null default 0;
update passkey set name = null where name is not null;
