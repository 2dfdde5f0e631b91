use kernel::{Id, kinds};
use serde_json::{Value, json};

/// Who acts. A visitor has no name: what a resident does is evidence of the act, not of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody on the public pages or the public API.
    Visitor,
    /// An officer, with department and role at that moment.
    Officer {
        /// The officer.
        id: Id<kinds::Officer>,
        /// The department.
        department: Id<kinds::Department>,
        /// The role in which the act was allowed.
        role: String,
    },
    /// A contractor's people or programs, under a contract.
    Contractor {
        /// The contractor.
        id: Id<kinds::Contractor>,
        /// The contract under which the act was allowed.
        contract: Id<kinds::Contract>,
    },
    /// A job of the system itself, by name.
    Job(&'static str),
    /// The operator at the command line.
    Operator,
}

impl Actor {
    /// The form in which an event names the actor.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Visitor => json!({"kind": "visitor"}),
            Self::Officer { id, department, role } => {
                json!({"kind": "officer", "id": id, "department": department, "role": role})
            }
            Self::Contractor { id, contract } => json!({"kind": "contractor", "id": id, "contract": contract}),
            Self::Job(name) => json!({"kind": "job", "name": name}),
            Self::Operator => json!({"kind": "operator"}),
        }
    }
}
