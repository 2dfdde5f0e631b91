create index identity_account_by_record on identity_account (record);
