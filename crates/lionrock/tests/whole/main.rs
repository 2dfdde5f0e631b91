//! The whole by black-box runs: real processes, real sockets, kill -9, power cuts, restart, sabotage.

#[cfg(test)]
mod binary;
#[cfg(test)]
mod contractor;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod life;
#[cfg(test)]
mod torture;
