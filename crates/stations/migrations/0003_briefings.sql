create table station_briefing (
    id BYTES not null primary key,
    department BYTES not null,
    day INT64 not null,
    body TEXT not null,
    changed INT64 not null
);
create index station_briefing_by_department on station_briefing (department, day);
