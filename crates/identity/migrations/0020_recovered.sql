alter table identity_account add column recovered INT64;
