create table identity_terminal (
    id BYTES not null primary key,
    place TEXT not null,
    code BYTES not null,
    code_expires INT64 not null,
    token_hash BYTES unique,
    officer BYTES not null,
    added INT64 not null
);
