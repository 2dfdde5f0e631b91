//! Schemes, households, matching, repairs, delivery, statistics.
