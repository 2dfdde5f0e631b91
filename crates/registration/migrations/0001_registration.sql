create table registration_state (
    one INT64 not null primary key,
    status TEXT not null,
    opens INT64 not null,
    closes INT64 not null,
    latest INT64 not null,
    version BYTES not null,
    rate INT64 not null
);
create table household_submission (
    event BYTES not null primary key,
    household BYTES not null,
    record INT64 not null,
    at INT64 not null,
    language TEXT not null,
    channel TEXT not null,
    district TEXT not null,
    people INT64 not null,
    address_known BOOL not null,
    replaces BYTES,
    identity BYTES,
    identity_purpose TEXT not null,
    identity_expiry INT64 not null,
    contact BYTES,
    contact_purpose TEXT not null,
    contact_expiry INT64 not null,
    mobile BYTES,
    mobile_purpose TEXT not null,
    mobile_expiry INT64 not null,
    version BYTES not null
);
create table household (
    id BYTES not null primary key,
    code INT64 not null unique,
    submission BYTES not null,
    record INT64 not null,
    state TEXT not null,
    reason TEXT not null,
    language TEXT not null,
    channel TEXT not null,
    district TEXT not null,
    people INT64 not null,
    address_state TEXT not null,
    received INT64 not null,
    decided INT64 not null,
    replaces BYTES,
    export BYTES
);
create index household_by_state on household (state, district);
create index household_by_address on household (address_state);
create table household_index (
    tag BYTES not null,
    household BYTES not null,
    person INT64 not null,
    state TEXT not null,
    primary key (tag, household, person)
);
create index household_index_by_household on household_index (household);
create table registration_counter (
    name TEXT not null,
    bucket TEXT not null,
    value INT64 not null,
    primary key (name, bucket)
);
create table registration_cursor (
    name TEXT not null primary key,
    position BYTES not null
);
create table status_code (
    household BYTES not null primary key,
    code BYTES not null,
    expires INT64 not null,
    tries INT64 not null,
    sent_day INT64 not null,
    sent_today INT64 not null
);
create table delivery_export (
    id BYTES not null primary key,
    district TEXT not null,
    households INT64 not null,
    at INT64 not null,
    digest BYTES not null,
    file BYTES,
    file_purpose TEXT not null,
    file_expiry INT64 not null
);
create table bulletin (
    id BYTES not null primary key,
    at INT64 not null,
    registrations INT64 not null,
    people INT64 not null,
    wait_seconds INT64 not null
);
create table room_snapshot (
    one INT64 not null primary key,
    body TEXT not null
);
create table erased_values (
    day INT64 not null,
    first BYTES not null,
    count INT64 not null,
    root BYTES not null,
    primary key (day, first)
);
