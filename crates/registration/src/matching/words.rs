impl State {
    /// Whether a new submission may take its place.
    pub const fn can_be_repaired(self) -> bool {
        matches!(self, Self::Checking | Self::Undelivered)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $fallback:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// The word in the store, in pages' keys and in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub(crate) fn from_str(text: &str) -> Self {
                match text { $($word => Self::$variant,)* _ => Self::$fallback }
            }
        }
    };
}

words! {
    /// Where a household stands.
    State, Checking {
        /// Matched: everybody in it is a resident and in no other household.
        Confirmed = "confirmed",
        /// Needs repair, by the resident through the link or by an officer.
        Checking = "checking",
        /// Repaired by a later submission.
        Replaced = "replaced",
        /// An officer found that it cannot stand.
        Rejected = "rejected",
        /// In an export to the courier.
        Dispatched = "dispatched",
        /// Delivered.
        Delivered = "delivered",
        /// The courier could not deliver.
        Undelivered = "undelivered",
        /// Its values were erased before their time.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why a household needs checking. Officers see it; residents are told the same for all.
    Reason, None {
        /// It does not.
        None = "",
        /// Number and date of birth do not belong together.
        Mismatch = "mismatch",
        /// Not a resident.
        NotResident = "not-resident",
        /// Somebody in it is in another household.
        Duplicate = "duplicate",
        /// Too many submissions name the same person or mobile.
        Limited = "limited",
        /// A person of it proved at a counter that another household is the right one.
        Displaced = "displaced",
        /// There is no such address.
        Address = "address",
        /// A sealed value does not open: it was moved or altered, or its keys have died.
        Unreadable = "unreadable",
    }
}

words! {
    /// Whether the address is known.
    AddressState, ToCheck {
        /// In the gazetteer.
        Known = "known",
        /// An officer has to look.
        ToCheck = "to-check",
        /// An officer has looked.
        Accepted = "accepted",
        /// An officer has looked: there is no such address.
        Refused = "refused",
    }
}
