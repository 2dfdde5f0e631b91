//! Stories of the journal, on SQLite and on PostgreSQL. The proofs are checked by code of their own (`verify`).

#[cfg(test)]
mod receipts;
#[cfg(test)]
mod removal_story;
#[cfg(test)]
mod restore_story;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tree_story;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod work_story;
#[cfg(test)]
mod writers_story;
