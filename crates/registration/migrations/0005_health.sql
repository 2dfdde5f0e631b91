alter table household_submission add column health BYTES;
alter table household_submission add column health_purpose TEXT not null default '';
alter table household_submission add column health_expiry INT64 not null default 0;
