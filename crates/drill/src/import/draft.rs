use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Imported;
use crate::Span;

/// A pack as far as its source tells it, in one language.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// What the source is called.
    pub(super) title: String,
    /// What players are told at the beginning.
    pub(super) situation: String,
    /// How long it lasts, if the source says so.
    pub(super) length: Option<Span>,
    pub(super) injects: Vec<DraftInject>,
    pub(super) discussion: Vec<String>,
    /// What only facilitators read.
    pub(super) aside: Vec<String>,
    /// What somebody has to see to, which cannot be told from the pack itself.
    pub(super) to_do: Vec<String>,
}

/// Something that comes at a time, and what teams should do about it.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftInject {
    pub(super) at: Span,
    pub(super) channel: &'static str,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) question: Option<DraftQuestion>,
}

/// A question that evaluators mark.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftQuestion {
    pub(super) prompt: String,
    pub(super) look_for: String,
    pub(super) points: u32,
}

/// What stands where a source says nothing, in each language.
pub(super) const PENDING: [&str; 3] = ["To be written", "待撰寫", "待撰写"];
/// How a line of the list begins that stands in `pack.toml` itself.
pub(super) const TO_DO: &str = "# To do: ";

impl Draft {
    /// The files of the pack.
    pub(super) fn written(&self, source: &str) -> Imported {
        let mut names = Names::default();
        let name = names.of(source.rsplit_once('.').map_or(source, |(stem, _)| stem), "pack");
        let last = self.injects.iter().map(|inject| inject.at).max().unwrap_or_default();
        let length = self.length.unwrap_or_else(|| last.plus(AFTER_LAST));
        let mut pack = format!("# Imported from {}. `lionrock drill check` lists what is still to be done.\n", plain(source));
        for line in &self.to_do {
            let _ = writeln!(pack, "{TO_DO}{}", plain(line));
        }
        let _ = writeln!(pack, "\nname = {}\nlength = {}", quoted(&name), quoted(&length.to_string()));
        let topics: Vec<String> = self.discussion.iter().map(|topic| inline(topic)).collect();
        let _ = writeln!(pack, "discussion = [{}]", topics.join(", "));
        if self.injects.iter().all(|inject| inject.question.is_none()) {
            let _ = writeln!(pack, "question = []");
        }
        let _ = write!(pack, "\n[title]\n{}\n[situation]\n{}", three(&self.title), three(&self.situation));
        let mut marking = String::from("# How answers are marked. Not for players.\n");
        for line in &self.aside {
            let _ = writeln!(marking, "# {}", plain(line));
        }
        let keyed = self.write_injects(&mut names, &mut pack, &mut marking);
        if !keyed {
            marking.push_str("\nkey = []\n");
        }
        Imported { name, files: vec![("pack.toml", pack), ("marking.toml", marking)] }
    }

    /// Injects and their questions; whether there is any question.
    fn write_injects(&self, names: &mut Names, pack: &mut String, marking: &mut String) -> bool {
        let (mut questions, mut keyed) = (String::new(), false);
        for inject in &self.injects {
            let name = names.of(&inject.title, "inject");
            let when = format!("at({})", inject.at);
            let _ = write!(
                pack,
                "\n[[inject]]\nname = {}\nwhen = {}\nchannel = {}\n[inject.title]\n{}[inject.body]\n{}",
                quoted(&name),
                quoted(&when),
                quoted(inject.channel),
                three(&inject.title),
                three(&inject.body)
            );
            let Some(question) = &inject.question else { continue };
            keyed = true;
            let asked = names.of(&format!("q-{name}"), "question");
            let _ = write!(
                questions,
                "\n[[question]]\nname = {}\naspect = \"respond\"\npoints = {}\nopens = {}\n[question.prompt]\n{}",
                quoted(&asked),
                question.points.clamp(1, 1_000),
                quoted(&name),
                three(&question.prompt)
            );
            let _ = write!(
                marking,
                "\n[[key]]\nquestion = {}\nwithin = \"1h\"\nuntil = \"2h\"\n[key.why]\n{}",
                quoted(&asked),
                three(&question.look_for)
            );
        }
        pack.push_str(&questions);
        keyed
    }
}

/// Names that were given; each once.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn of(&mut self, text: &str, otherwise: &str) -> String {
        let mut slug = String::new();
        for sign in text.to_lowercase().chars() {
            match sign {
                'a'..='z' | '0'..='9' => slug.push(sign),
                _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                _ => {}
            }
        }
        let slug: String = slug.trim_start_matches(|sign: char| !sign.is_ascii_lowercase()).chars().take(LONGEST_NAME).collect();
        let slug = slug.trim_end_matches('-');
        let slug = if slug.is_empty() { otherwise } else { slug };
        let name = (1..).map(|number: u32| if number == 1 { slug.to_owned() } else { format!("{slug}-{number}") });
        let name = name.into_iter().find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(name.clone());
        name
    }
}

/// A text in three languages: as the source has it, or what stands where it has none.
fn three(text: &str) -> String {
    let [en, traditional, simplified] = filled(text);
    format!("en = {en}\nzh-hant = {traditional}\nzh-hans = {simplified}\n")
}

fn inline(text: &str) -> String {
    let [en, traditional, simplified] = filled(text);
    format!("{{ en = {en}, zh-hant = {traditional}, zh-hans = {simplified} }}")
}

fn filled(text: &str) -> [String; 3] {
    let text = text.trim();
    if text.is_empty() { PENDING.map(quoted) } else { [text; 3].map(quoted) }
}

/// A string as TOML has it: JSON's escapes are a part of TOML's, but for DEL.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|sign| *sign != '\u{7f}').collect();
    serde_json::Value::String(text).to_string()
}

/// One line of a comment.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|sign| !sign.is_control()).collect()
}

/// Characters of a name, with room for a number and a prefix.
const LONGEST_NAME: usize = 30;
/// An exercise goes on for an hour after its last inject.
const AFTER_LAST: Span = Span::seconds(3_600);
