create table station (
    id BYTES not null primary key,
    department BYTES not null,
    district TEXT not null,
    first_day INT64 not null,
    last_day INT64,
    body TEXT not null,
    changed INT64 not null
);
create index station_by_department on station (department);
create index station_by_days on station (last_day, first_day);
