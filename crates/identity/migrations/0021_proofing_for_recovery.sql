alter table identity_proofing add column recovery BYTES;
alter table identity_proofing add column agreed_by BYTES;
create index identity_proofing_by_recovery on identity_proofing (recovery);
