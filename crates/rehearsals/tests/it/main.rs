//! Stories of an installation in one process, told by its real ceremonies.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod restored_doors;
#[cfg(test)]
mod restored_identity;
