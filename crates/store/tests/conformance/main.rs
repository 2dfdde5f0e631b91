//! One story, told on each engine: what holds on SQLite holds on PostgreSQL.

#[cfg(test)]
mod book;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tls;
