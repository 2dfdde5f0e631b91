use std::fmt;

use kernel::Text;
use people::{Duty, Role};

/// For what somebody has to be trained: a role on this platform, or a duty in the incident team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Post {
    /// A role.
    Role(Role),
    /// A duty.
    Duty(Duty),
}

impl Post {
    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Role(role) => role.title(),
            Self::Duty(duty) => duty.title(),
        }
    }

    /// The name in files and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Role(role) => role.slug(),
            Self::Duty(duty) => duty.slug(),
        }
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_post_has_the_name_of_another_and_each_speaks_three_languages() {
        let posts: Vec<Post> = Role::ALL.into_iter().map(Post::Role).chain(Duty::ALL.into_iter().map(Post::Duty)).collect();
        let slugs: BTreeSet<_> = posts.iter().map(|post| post.slug()).collect();
        assert_eq!(slugs.len(), Role::ALL.len() + Duty::ALL.len());
        assert!(posts.iter().all(|post| post.title().blanks().is_empty()));
    }
}
