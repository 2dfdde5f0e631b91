use std::sync::LazyLock;

use kernel::Text;
use people::{Duty, Role};
use seal::sha256;
use serde::Deserialize;

use crate::{Post, Quiz};

/// A course: what it says, for whom it is, how long it holds, and its quiz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its name in addresses and in the store.
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// What it is about, in a sentence or two.
    pub about: Text,
    /// For how many months a record of it holds.
    pub months: i32,
    /// Whether somebody has to come to a session besides passing the quiz.
    pub attends: bool,
    /// For whom it is required.
    pub required: Vec<Post>,
    /// What is to be read.
    pub lessons: Vec<Lesson>,
    /// Its questions.
    pub quiz: Quiz,
    /// SHA-256 of its file: which edition somebody learnt.
    pub digest: [u8; 32],
}

/// A part of a course.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its heading.
    pub title: Text,
    /// Its paragraphs, each on a line of its own.
    pub body: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    slug: String,
    title: Text,
    about: Text,
    months: i32,
    attends: bool,
    roles: Vec<Role>,
    duties: Vec<Duty>,
    #[serde(rename = "lesson")]
    lessons: Vec<Lesson>,
    quiz: Quiz,
}

/// The courses that come with the product, in the order in which they are shown.
pub fn courses() -> &'static [Course] {
    &SHIPPED
}

/// One of them.
pub fn course(slug: &str) -> Option<&'static Course> {
    courses().iter().find(|course| course.slug == slug)
}

const FILES: [&str; 2] = [include_str!("../courses/incident-response.toml"), include_str!("../courses/personal-data.toml")];

// A file with a flaw does not pass the tests of this crate, so nothing is left out of what ships.
static SHIPPED: LazyLock<Vec<Course>> = LazyLock::new(|| FILES.iter().filter_map(|file| Course::parse(file).ok()).collect());

impl Course {
    /// Reads a course; what is wrong with it is said in words.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let File { slug, title, about, months, attends, roles, duties, lessons, quiz } =
            toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        let required = roles.into_iter().map(Post::Role).chain(duties.into_iter().map(Post::Duty)).collect();
        let digest = sha256(&[text.as_bytes()]);
        let course = Self { slug, title, about, months, attends, required, lessons, quiz, digest };
        let flaws = course.flaws();
        if flaws.is_empty() { Ok(course) } else { Err(flaws) }
    }

    fn flaws(&self) -> Vec<String> {
        let mut flaws = self.quiz.flaws();
        let mut flaw = |found: bool, text: &str| flaws.extend(found.then(|| text.to_owned()));
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        flaw(self.slug.is_empty() || self.slug.len() > 40 || !self.slug.bytes().all(plain), "a name has small letters and hyphens, 40 at most");
        flaw(!(1..=60).contains(&self.months), "a record holds for 1 to 60 months");
        flaw(self.required.is_empty(), "a course is required for somebody");
        flaw(self.lessons.is_empty(), "a course has something to read");
        let lessons = self.lessons.iter().flat_map(|lesson| [&lesson.title, &lesson.body]);
        flaw([&self.title, &self.about].into_iter().chain(lessons).any(|text| !text.blanks().is_empty()), "a text is blank");
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_course_that_ships_is_whole() {
        for file in FILES {
            Course::parse(file).unwrap_or_else(|flaws| panic!("{flaws:?}"));
        }
        assert_eq!(courses().len(), FILES.len());
        assert_eq!(course("incident-response").map(|course| course.attends), Some(true));
        assert_eq!(course("weather"), None);
    }

    #[test]
    fn a_course_with_a_flaw_is_refused_with_words() {
        let whole = FILES[0];
        for (from, to) in [("months = 12", "months = 0"), ("months = 12", "months = 12\nmouse = 1"), ("slug = \"incident-response\"", "slug = \"../x\"")] {
            assert!(whole.contains(from));
            assert!(!Course::parse(&whole.replacen(from, to, 1)).unwrap_err().is_empty(), "{to}");
        }
    }
}
