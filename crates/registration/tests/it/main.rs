//! Stories of a registration scheme, on SQLite and on PostgreSQL, and its promises.

#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod export_story;
#[cfg(test)]
mod household_story;
#[cfg(test)]
mod mishaps;
#[cfg(test)]
mod operate_story;
#[cfg(test)]
mod paper_story;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod repair_story;
#[cfg(test)]
mod stage;
