use crate::{Action, ApproveClose, ApproveErasure, ApproveExport, OrderErasure, RequestClose, RequestExport};

/// Something that needs two persons: one who may ask, another who may approve.
pub trait TwoPerson: 'static {
    /// The name in the store and in the journal.
    const KIND: &'static str;
    /// What the first person must be allowed.
    type Request: Action;
    /// What the second person must be allowed.
    type Approve: Action;
}

/// An export of personal data to a courier.
#[derive(Clone, Copy, Debug)]
pub enum PersonalDataExport {}

impl TwoPerson for PersonalDataExport {
    const KIND: &'static str = "export";
    type Request = RequestExport;
    type Approve = ApproveExport;
}

/// Closing a scheme before its window ends.
#[derive(Clone, Copy, Debug)]
pub enum EarlyClose {}

impl TwoPerson for EarlyClose {
    const KIND: &'static str = "early-close";
    type Request = RequestClose;
    type Approve = ApproveClose;
}

/// Erasing before its time what concerns many people.
#[derive(Clone, Copy, Debug)]
pub enum EarlyErasure {}

impl TwoPerson for EarlyErasure {
    const KIND: &'static str = "early-erasure";
    type Request = OrderErasure;
    type Approve = ApproveErasure;
}
