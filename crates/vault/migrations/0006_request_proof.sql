create table subject_request_proof (
    request BYTES not null primary key,
    media_type TEXT not null,
    record INT64 not null,
    sealed BYTES not null,
    sealed_purpose TEXT not null,
    sealed_expiry INT64 not null
);
create index subject_request_proof_expiry on subject_request_proof (sealed_expiry);
