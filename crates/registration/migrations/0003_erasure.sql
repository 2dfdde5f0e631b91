create index household_submission_by_record on household_submission (record);
alter table household_submission add column contact_record INT64;
alter table household_submission add column mobile_record INT64;
create index household_submission_by_contact on household_submission (contact_record) where contact_record is not null;
create index household_submission_by_mobile on household_submission (mobile_record) where mobile_record is not null;
create table household_twin (
    household BYTES not null,
    submission BYTES not null,
    primary key (household, submission)
);
