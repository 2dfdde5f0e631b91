use std::sync::{PoisonError, RwLock};

use ureq::Agent;

/// A client whose kept connections can be let go: each holds in its buffers the last thing that was sent over it, a mobile or a
/// thousand identity numbers, for as long as it is kept.
pub(crate) struct Line(RwLock<Agent>);

impl Line {
    pub(crate) fn new(agent: Agent) -> Self {
        Self(RwLock::new(agent))
    }

    /// The client as it is now.
    pub(crate) fn agent(&self) -> Agent {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes the connections that are kept and not in use; the next request opens one anew.
    pub(crate) fn hang_up(&self) {
        let mut agent = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *agent = Agent::new_with_config(agent.config().clone());
    }
}
