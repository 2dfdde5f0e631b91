alter table identity_proofing add column verifier TEXT not null default 'nothing';
alter table identity_proofing add column verifier_asked INT64 not null default 0;
create table identity_opening (
    id BYTES not null primary key,
    account BYTES not null,
    at INT64 not null,
    actor TEXT not null,
    aim TEXT not null,
    event BYTES not null
);
create index identity_opening_by_account on identity_opening (account, at);
create index identity_opening_by_time on identity_opening (at);
