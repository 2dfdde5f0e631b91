//! The pages and endpoints as contractors meet them, without a script.

#[cfg(test)]
mod doors;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod upload;
