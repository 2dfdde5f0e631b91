create table training_session (
    id BYTES not null primary key,
    department BYTES not null,
    officer BYTES not null,
    course TEXT not null,
    begins INT64 not null,
    minutes INT64 not null,
    venue TEXT not null,
    capacity INT64 not null,
    taken INT64 not null,
    salt BYTES not null,
    cancelled INT64
);
create index training_session_by_begins on training_session (begins);
create table training_place (
    session BYTES not null,
    officer BYTES not null,
    department BYTES not null,
    course TEXT not null,
    enrolled INT64 not null,
    attended INT64,
    way TEXT,
    wrong INT64 not null,
    primary key (session, officer)
);
create index training_place_by_officer on training_place (officer);
create table training_try (
    id BYTES not null primary key,
    officer BYTES not null,
    department BYTES not null,
    course TEXT not null,
    digest BYTES not null,
    seed INT64 not null,
    begun INT64 not null,
    handed_in INT64,
    score INT64 not null,
    asked INT64 not null,
    passed BOOL not null
);
create index training_try_by_officer on training_try (officer, course);
create index training_try_by_begun on training_try (begun);
create table training_record (
    id BYTES not null primary key,
    officer BYTES not null,
    department BYTES not null,
    course TEXT not null,
    digest BYTES not null,
    attended INT64,
    passed INT64 not null,
    score INT64 not null,
    asked INT64 not null,
    completed INT64 not null,
    last_day INT64 not null
);
create index training_record_by_officer on training_record (officer, course);
create index training_record_by_department on training_record (department, last_day);
create index training_record_by_last_day on training_record (last_day);
create table training_duty (
    officer BYTES not null,
    duty TEXT not null,
    primary key (officer, duty)
);
