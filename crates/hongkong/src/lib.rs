//! Hong Kong's rules: identity-card numbers, telephone plan, addresses, districts, holidays, office hours.
