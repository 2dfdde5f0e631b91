create table erasure_certificate (
    erasure BYTES not null primary key,
    service BYTES not null,
    at INT64 not null,
    certificate TEXT not null
);
create index erasure_certificate_by_service on erasure_certificate (service, at);
