/// What a session was begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A passkey, whose authenticator checked who used it.
    Passkey,
    /// A password and a code by SMS, for telephones without passkeys: weaker, and never enough for what a passkey is asked for.
    Password,
}

impl Means {
    /// Its name in tables and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
        }
    }

    /// The means with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Passkey, Self::Password].into_iter().find(|means| means.name() == name)
    }
}
