alter table hand_over add column fetched INT64;
update hand_over set fetched = at;
create index hand_over_unfetched on hand_over (lease) where fetched is null;
