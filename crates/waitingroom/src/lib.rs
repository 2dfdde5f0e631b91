//! Tickets, admission control and an honest estimate of the wait.
