create table identity_proofing (
    id BYTES not null primary key,
    account BYTES not null,
    state TEXT not null,
    channel TEXT not null,
    boot BYTES not null,
    key_id BYTES not null,
    pieces TEXT not null,
    begun INT64 not null,
    deadline INT64 not null,
    sent INT64,
    register TEXT not null,
    officer BYTES,
    decided INT64,
    refusal TEXT,
    destroyed INT64,
    receipt TEXT,
    told BOOL not null,
    finished BOOL not null
);
create index identity_proofing_by_account on identity_proofing (account);
create index identity_proofing_by_state on identity_proofing (state, begun);
create index identity_proofing_by_finish on identity_proofing (finished);
