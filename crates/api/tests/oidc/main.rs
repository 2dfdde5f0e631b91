//! The endpoints of OpenID Connect, called as a service calls them.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod stage;
