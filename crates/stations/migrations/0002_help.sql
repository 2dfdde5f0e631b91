create table station_device (
    id BYTES not null primary key,
    department BYTES not null,
    name TEXT not null,
    station BYTES,
    state TEXT not null,
    code BYTES unique,
    code_expires INT64 not null,
    key_hash BYTES unique,
    changed INT64 not null
);
create index station_device_by_department on station_device (department);
create table station_turn (
    device BYTES not null primary key,
    ticket BYTES unique,
    cookie BYTES unique,
    made INT64 not null,
    begun INT64,
    seen INT64,
    ended INT64
);
create table station_count (
    station BYTES not null,
    day INT64 not null,
    help TEXT not null,
    many INT64 not null,
    primary key (station, day, help)
);
create table station_shift (
    id BYTES not null primary key,
    station BYTES not null,
    department BYTES not null,
    officer BYTES not null,
    day INT64 not null,
    from_minute INT64 not null,
    until_minute INT64 not null
);
create index station_shift_by_officer on station_shift (officer, day);
create index station_shift_by_department on station_shift (department, day);
create table station_queue (
    station BYTES not null,
    day INT64 not null,
    given INT64 not null,
    called INT64 not null,
    primary key (station, day)
);
