alter table identity_recovery add column person BYTES;
create index identity_recovery_by_person on identity_recovery (person);
