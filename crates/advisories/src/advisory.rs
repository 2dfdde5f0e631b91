use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use store::StoreError;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $slug:literal, $en:literal, $hant:literal, $hans:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in the store, in forms and in the journal.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),* }
            }

            /// The one with this name.
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.slug() == slug)
            }

            /// What people read.
            pub fn title(self) -> Text {
                match self { $(Self::$variant => Text::new($en, $hant, $hans)),* }
            }
        }
    };
}

named! {
    /// What is published.
    AdvisoryKind {
        /// Something has to be done now.
        Warning = "warning", "Security warning", "保安警告", "安全警告";
        /// How something is done well.
        Guide = "guide", "Guide", "指引", "指引";
    }
}

named! {
    /// Who else than departments it is for, and who subscribes.
    Audience {
        /// Companies.
        Industry = "industry", "Industry", "業界", "业界";
        /// Schools.
        Schools = "schools", "Schools", "學校", "学校";
        /// Everybody.
        Public = "public", "The public", "公眾", "公众";
    }
}

named! {
    /// What it means for a department.
    Impact {
        /// Nothing.
        None = "none", "Not concerned", "不受影響", "不受影响";
        /// They are looking.
        Looking = "looking", "Being looked into", "正在檢查", "正在检查";
        /// It has to be mended.
        Concerned = "concerned", "Concerned, not mended yet", "受影響，尚未修補", "受影响，尚未修补";
        /// It was, and is mended.
        Mended = "mended", "Concerned, mended", "受影響，已修補", "受影响，已修补";
    }
}

/// Something published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Its number, from 1; it stands in addresses.
    pub number: i64,
    /// What it is.
    pub kind: AdvisoryKind,
    /// Its title, for everybody.
    pub title: Text,
    /// What departments read.
    pub body: Text,
    /// What others read; nothing when it is for departments only.
    pub public_body: Option<Text>,
    /// Which others it is sent to.
    pub audiences: Vec<Audience>,
    /// The department that published it.
    pub department: Id<kinds::Department>,
    /// When.
    pub published: Instant,
    /// When it was withdrawn, if it was.
    pub withdrawn: Option<Instant>,
    /// Which revision this is, from 1.
    pub revision: i64,
    /// Departments that confirmed this revision or a later one need not do so again.
    pub asks_since: i64,
    /// When it was corrected last, if it was.
    pub revised: Option<Instant>,
    /// What the last correction changed.
    pub changes: Option<Text>,
}

impl Advisory {
    /// When it last changed.
    pub fn updated(&self) -> Instant {
        self.revised.unwrap_or(self.published)
    }

    /// Whether what a department said is still an answer to it.
    pub const fn counts(&self, receipt: &Receipt) -> bool {
        receipt.revision >= self.asks_since
    }
}

/// An advisory as it once read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Which one, from 1.
    pub revision: i64,
    /// Its title.
    pub title: Text,
    /// What departments read.
    pub body: Text,
    /// What others read.
    pub public_body: Option<Text>,
    /// What it changed; nothing for the first.
    pub changes: Option<Text>,
    /// When it was published.
    pub written: Instant,
}

impl Revision {
    /// The one in force.
    pub fn of(one: &Advisory) -> Self {
        Self {
            revision: one.revision,
            title: one.title.clone(),
            body: one.body.clone(),
            public_body: one.public_body.clone(),
            changes: one.changes.clone(),
            written: one.updated(),
        }
    }
}

/// What a department said about an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The department.
    pub department: Id<kinds::Department>,
    /// What it means for them.
    pub impact: Impact,
    /// When they said so last.
    pub confirmed: Instant,
    /// Which revision they had read.
    pub revision: i64,
}

/// Why something was not done with an advisory.
#[derive(Debug, thiserror::Error)]
pub enum AdvisoryError {
    /// There is no such advisory, or it was withdrawn, or another department published it.
    #[error("there is no such advisory")]
    Missing,
    /// A text lacks a language or is too long, or it is for others and says nothing to them.
    #[error("an advisory has a title of at most 150 characters and texts of at most 10000, in three languages")]
    Words,
    /// It was corrected while this correction was written.
    #[error("somebody corrected the advisory meanwhile")]
    Taken,
    /// A correction that changes nothing.
    #[error("nothing of the advisory was changed")]
    Same,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AdvisoryError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Words | Self::Same => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back_and_speak_three_languages() {
        for kind in AdvisoryKind::ALL {
            assert!(AdvisoryKind::from_slug(kind.slug()) == Some(*kind) && kind.title().blanks().is_empty());
        }
        for audience in Audience::ALL {
            assert!(Audience::from_slug(audience.slug()) == Some(*audience) && audience.title().blanks().is_empty());
        }
        for impact in Impact::ALL {
            assert!(Impact::from_slug(impact.slug()) == Some(*impact) && impact.title().blanks().is_empty());
        }
        assert_eq!(Impact::from_slug("weather"), None);
    }
}
