use kernel::Text;

use super::draft::{PENDING, TO_DO};
use crate::pack::Pack;
use crate::question::Aspect;

/// What somebody still has to see to before a pack is played, in English: lines that an import left in `pack.toml`, texts that are not
/// written or not translated, and parts that are missing. Whoever has seen to it takes the line out.
pub fn to_do(pack: &Pack, pack_toml: &str) -> Vec<String> {
    let mut lines: Vec<String> = pack_toml.lines().filter_map(|line| line.strip_prefix(TO_DO)).map(ToOwned::to_owned).collect();
    for (place, text) in texts(pack) {
        if text.en == PENDING[0] || text.zh_hant == PENDING[1] || text.zh_hans == PENDING[2] {
            lines.push(format!("{place}: to be written."));
        } else if untranslated(text) {
            lines.push(format!("{place}: to be translated."));
        }
    }
    for aspect in Aspect::ALL {
        if !pack.scenario.questions.iter().any(|question| question.aspect == aspect) {
            lines.push(format!("No question is about `{}`: that part of the score stays empty.", aspect.as_str()));
        }
    }
    if pack.evidence.is_empty() {
        lines.push("There is no evidence: players have nothing to search and no lines to cite.".to_owned());
    }
    if pack.scenario.discussion.is_empty() {
        lines.push("There is no topic for the discussion.".to_owned());
    }
    lines
}

fn texts(pack: &Pack) -> Vec<(String, &Text)> {
    let scenario = &pack.scenario;
    let mut texts = vec![("The title".to_owned(), &scenario.title), ("The situation".to_owned(), &scenario.situation)];
    for inject in &scenario.injects {
        texts.push((format!("Inject `{}`, its title", inject.name), &inject.title));
        texts.push((format!("Inject `{}`, what it says", inject.name), &inject.body));
    }
    for question in &scenario.questions {
        texts.push((format!("Question `{}`", question.name), &question.prompt));
        texts.extend(question.options.iter().map(|option| (format!("Question `{}`, answer `{}`", question.name, option.name), &option.text)));
        texts.extend(pack.key(&question.name).map(|key| (format!("Question `{}`, what to look for", question.name), &key.why)));
    }
    texts.extend(scenario.evidence.iter().map(|evidence| (format!("Evidence `{}`", evidence.name), &evidence.title)));
    texts.extend((1..).zip(&scenario.discussion).map(|(number, topic): (usize, &Text)| (format!("Topic {number} of the discussion"), topic)));
    texts
}

/// The same words in English and in Chinese, where there are words.
fn untranslated(text: &Text) -> bool {
    let has_words = text.en.chars().filter(|sign| sign.is_alphabetic()).count() > 1;
    has_words && (text.en == text.zh_hant || text.en == text.zh_hans)
}
