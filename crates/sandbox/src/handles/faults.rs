//! The faults that callers plan.

use std::fmt;
use std::sync::Arc;

use crate::fault::{Fault, FaultError, FaultId, PlannedFault};
use crate::shared::Shared;

/// The faults of a sandbox.
///
/// A request meets the first planned fault that matches it and has some of its count left.
/// A request with the header `X-Sandbox-Fault` meets the fault in there, and no planned one.
#[derive(Clone)]
pub struct Faults(pub(crate) Arc<Shared>);

impl Faults {
    /// Plans a fault, after those that are planned already.
    ///
    /// # Errors
    /// When the fault cannot happen as it is described.
    pub fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        self.0.change(|core| core.faults.add(fault))
    }

    /// Every planned fault, also those whose count is used up.
    #[must_use]
    pub fn list(&self) -> Vec<PlannedFault> {
        self.0.core().faults.planned().to_vec()
    }

    /// Removes a fault; false if no fault has this name.
    pub fn remove(&self, id: FaultId) -> bool {
        self.0.change(|core| core.faults.remove(id))
    }

    /// Removes every fault.
    pub fn clear(&self) {
        self.0.change(|core| core.faults.clear());
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}
