/// Something an officer may do, as a type: the parameter of a [`crate::Grant`].
pub trait Action: 'static {
    /// The name in the table of rights and in the journal.
    const NAME: &'static str;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug)] pub enum $name {}
        impl Action for $name { const NAME: &'static str = $text; })*

        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[$($text),*];
    };
}

actions! {
    /// Write and preview a scheme's definition.
    EditScheme = "edit-scheme";
    /// Put a document on record at the launch gate.
    SubmitGateRecord = "submit-gate-record";
    /// Withdraw a document from the launch gate, which closes the service.
    WithdrawGateRecord = "withdraw-gate-record";
    /// Sign a scheme version at the launch gate.
    SignGate = "sign-gate";
    /// Open one resident's record, for a purpose and with a reason.
    OpenRecord = "open-record";
    /// Decide an exception: a mismatch, a duplicate, an unknown address.
    ResolveException = "resolve-exception";
    /// Register a resident who calls or comes in person.
    RegisterForResident = "register-for-resident";
    /// Compare a resident with an identity document, and give the verdict.
    ProofIdentity = "proof-identity";
    /// Enter people, and afterwards their test results, at the building of an operation.
    EnterInField = "enter-in-field";
    /// Ask for an export of personal data to a courier.
    RequestExport = "request-export";
    /// Approve an export that someone else asked for.
    ApproveExport = "approve-export";
    /// Ask to close a scheme before its time.
    RequestClose = "request-close";
    /// Approve an early close that someone else asked for.
    ApproveClose = "approve-close";
    /// Open, pause, extend a scheme and set its admission rate.
    OperateScheme = "operate-scheme";
    /// Browse the journal.
    ReadJournal = "read-journal";
    /// See the running counters.
    ReadDashboard = "read-dashboard";
    /// See the message inbox of a demonstration.
    ReadMessages = "read-messages";
    /// Invite officers, change their roles, end them.
    ManageOfficers = "manage-officers";
    /// Register contractors and contracts, give them credentials, end them.
    ManageContractors = "manage-contractors";
    /// Give a contractor a lease on records of a service, extend it, end it.
    GrantLease = "grant-lease";
    /// Follow an incident to its end, and let a lease be probed again after it.
    HandleIncident = "handle-incident";
    /// Keep the department's incident team, its rota and its leaves.
    ManageTeam = "manage-team";
    /// Call people out at any hour: one's own department, or many at once.
    StartCallOut = "call-out";
    /// Plan and follow exercises of the call-out.
    RunExercise = "run-exercise";
    /// Plan and run exercises of incident response with their scenarios.
    RunDrill = "run-drill";
    /// Hold training sessions, note who came, and see who of the department lacks what.
    ManageTraining = "manage-training";
    /// Keep the department's support stations: where they are and when they open.
    ManageStations = "manage-stations";
    /// Review the access rights of one's department.
    ReviewAccess = "review-access";
    /// See what personal data a service holds, why, and until when.
    ReadInventory = "read-inventory";
    /// Handle residents' formal requests for access and correction.
    HandleRequests = "handle-requests";
    /// Order that a resident's data are erased before their time.
    OrderErasure = "order-erasure";
    /// Approve an erasure of more than one person's data that someone else asked for.
    ApproveErasure = "approve-erasure";
    /// Issue the certificate of erasure.
    IssueCertificate = "issue-certificate";
}
