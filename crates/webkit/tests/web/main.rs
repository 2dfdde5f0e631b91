//! The shell as a client meets it.

#[cfg(test)]
mod actors;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod uploads;
