create index journal_event_record on journal_event (record) where record is not null;
