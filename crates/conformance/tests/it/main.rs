//! OpenID clients that nobody here wrote, against our endpoints; our endpoints beside a provider that others wrote.

#[cfg(test)]
mod clients;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod rust_client;
#[cfg(test)]
mod table;
