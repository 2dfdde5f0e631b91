alter table passkey add column name BYTES;
