alter table drill_guest add column tag BYTES;
