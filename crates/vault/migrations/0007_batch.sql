-- Which openings were of a whole batch. A batch of one is a batch too; an opening of one record whose link was cut is none.
alter table vault_opening add column batch INT64 not null default 0;
update vault_opening set batch = 1 where records > 1;
