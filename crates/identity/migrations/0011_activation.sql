create table identity_activation (
    account BYTES not null primary key,
    document BYTES not null,
    district TEXT not null,
    begun INT64 not null,
    activated INT64,
    ends INT64 not null
);
create index identity_activation_by_end on identity_activation (ends) where activated is null;
create table identity_pin (
    account BYTES not null,
    number INT64 not null,
    state TEXT not null,
    district TEXT not null,
    pin BYTES not null,
    token BYTES not null unique,
    barcode TEXT not null unique,
    tries_own INT64 not null,
    tries_letter INT64 not null,
    tries_open INT64 not null,
    asked INT64 not null,
    batch BYTES,
    lapses INT64 not null,
    reminded BOOL not null,
    record INT64 not null,
    letter BYTES,
    letter_purpose TEXT not null,
    letter_expiry INT64 not null,
    primary key (account, number)
);
create index identity_pin_by_state on identity_pin (state, asked);
create index identity_pin_by_batch on identity_pin (batch);
create table identity_batch (
    id BYTES not null primary key,
    lease BYTES not null,
    officer BYTES not null,
    made INT64 not null,
    letters INT64 not null,
    finished BOOL not null,
    posted INT64
);
create table identity_activation_count (
    day INT64 not null,
    district TEXT not null,
    step TEXT not null,
    number INT64 not null,
    primary key (day, district, step)
);
