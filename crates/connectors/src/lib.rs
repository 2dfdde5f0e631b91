//! Real clients for the outside world: population register, SMS gateway.
