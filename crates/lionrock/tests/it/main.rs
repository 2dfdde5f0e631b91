//! Journeys through the whole program in a real browser, against a demonstration city in a process of its own.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod biometric;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod city;
#[cfg(test)]
mod every_page;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod officer;
#[cfg(test)]
mod online_service;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod proofing;
#[cfg(test)]
mod proxies;
#[cfg(test)]
mod resident;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod whole_journey;
#[cfg(test)]
mod words;
