create table subject_request (
    id BYTES not null primary key,
    number INT64 not null unique,
    service BYTES not null,
    kind TEXT not null,
    channel TEXT not null,
    language TEXT not null,
    lodged INT64 not null,
    due INT64 not null,
    state TEXT not null,
    ground TEXT not null,
    decided INT64,
    decided_by TEXT not null,
    record INT64 not null,
    details BYTES,
    details_purpose TEXT not null,
    details_expiry INT64 not null
);
create index subject_request_by_service on subject_request (service, due);
create index subject_request_details on subject_request (details_expiry) where details is not null;
create table request_log (
    id BYTES not null primary key,
    request BYTES not null,
    service BYTES not null,
    at INT64 not null,
    step TEXT not null,
    ground TEXT not null,
    actor TEXT not null,
    keep INT64 not null
);
create index request_log_by_service on request_log (service, at);
