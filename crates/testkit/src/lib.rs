//! Test support: stores on both engines, a movable clock, seeded chance.
