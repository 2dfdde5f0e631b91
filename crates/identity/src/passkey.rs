use kernel::{Id, Instant, kinds};

/// What a passkey is on, in the words of its owner: a choice, because free text would be personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
    /// A computer.
    Computer,
    /// A security key.
    SecurityKey,
    /// Something else, or not yet told.
    Other,
}

impl Device {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Phone, Self::Tablet, Self::Computer, Self::SecurityKey, Self::Other];

    /// Its name in tables and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
            Self::SecurityKey => "security-key",
            Self::Other => "other",
        }
    }

    /// The device with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.name() == name)
    }
}

/// A passkey of an account, as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: Id<kinds::AccountPasskey>,
    /// What it is on.
    pub device: Device,
    /// When it was made.
    pub created: Instant,
    /// When it last signed in.
    pub last_used: Option<Instant>,
    /// Whether its authenticator copies it to its owner's other devices.
    pub synced: bool,
    /// Whether it no longer signs in: its counter went backwards, so it may exist twice.
    pub suspended: bool,
}
