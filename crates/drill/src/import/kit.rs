use super::ImportError;
use super::draft::{Draft, DraftInject, DraftQuestion};
use crate::Span;

/// Reads a tabletop exercise: `# Scenario …`, a duration, `## INJECT 1: …` with what is read aloud, a primary question, further questions and
/// key points to listen for.
pub(super) fn read(name: &str, text: &str) -> Result<Draft, ImportError> {
    let mut draft = Draft { title: name.replace(['_', '-'], " "), ..Draft::default() };
    let mut section: Option<Section> = None;
    let mut sections = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.extend(section.take());
            section = Some(Section { heading: heading.trim().to_owned(), lines: Vec::new() });
        } else if let Some(heading) = line.strip_prefix("# ") {
            heading.trim().clone_into(&mut draft.title);
        } else if let Some(section) = &mut section {
            section.lines.push(line);
        } else if let Some(minutes) = line.trim().strip_prefix("**Duration:**") {
            draft.length = longest_minutes(minutes);
        }
    }
    sections.extend(section);
    let (injects, others): (Vec<Section<'_>>, Vec<Section<'_>>) = sections.into_iter().partition(Section::is_inject);
    if injects.is_empty() {
        return Err(ImportError::Empty);
    }
    spread(&mut draft, &injects);
    for other in others {
        draft.aside.push(other.heading.clone());
        draft.aside.extend(other.lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty() && line != "---"));
    }
    Ok(draft)
}

/// A second-level heading and what stands below it.
struct Section<'t> {
    heading: String,
    lines: Vec<&'t str>,
}

impl Section<'_> {
    fn is_inject(&self) -> bool {
        self.heading.to_ascii_lowercase().starts_with("inject")
    }

    /// What stands below a mark such as `**Primary question:**` up to the next: the rest of its line, then the lines.
    fn below(&self, mark: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut inside = false;
        for line in &self.lines {
            let line = line.trim();
            match line.strip_prefix("**").and_then(|rest| rest.split_once(":**")) {
                Some((name, rest)) => {
                    inside = name.to_ascii_lowercase().starts_with(mark);
                    found.extend((inside && !rest.trim().is_empty()).then(|| rest.trim().to_owned()));
                }
                None if inside && line != "---" => found.push(line.to_owned()),
                None => {}
            }
        }
        found
    }
}

/// Injects at even distances: a tabletop says no moments.
fn spread(draft: &mut Draft, sections: &[Section<'_>]) {
    let length = draft.length.unwrap_or(USUAL_LENGTH);
    draft.length = Some(length);
    let count = u32::try_from(sections.len()).unwrap_or(u32::MAX).max(1);
    draft.to_do.push(format!("The source says no moments: its injects were spread evenly over {length}."));
    draft.to_do.push("The source says in no way how its injects come: they come as mails.".to_owned());
    for (number, section) in (0_u32..).zip(sections) {
        let title = section.heading.split_once(':').map_or(section.heading.as_str(), |(_, title)| title).trim().to_owned();
        let aloud = paragraphs(&section.below("read aloud"));
        let prompt = paragraphs(&section.below("primary question"));
        let points: Vec<String> = bullets(&section.below("key points"));
        draft.discussion.extend(bullets(&section.below("follow-up")));
        let question = (!prompt.is_empty()).then(|| DraftQuestion {
            prompt: unquoted(&prompt),
            look_for: points.join("\n"),
            points: USUAL_POINTS,
        });
        let at = Span::seconds(length.as_seconds() / count * number);
        draft.injects.push(DraftInject { at, channel: "mail", title, body: unquoted(&aloud), question });
    }
}

fn paragraphs(lines: &[String]) -> String {
    lines.join("\n").trim().to_owned()
}

fn bullets(lines: &[String]) -> Vec<String> {
    lines.iter().filter_map(|line| line.strip_prefix("- ")).map(|line| line.trim().to_owned()).collect()
}

/// Without the quotation marks around the whole.
fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}

/// `75-90 minutes`: ninety.
fn longest_minutes(text: &str) -> Option<Span> {
    let numbers = text.split(|sign: char| !sign.is_ascii_digit()).filter_map(|number| number.parse::<u32>().ok());
    let minutes = numbers.max().filter(|minutes| (1..=43_200).contains(minutes))?;
    let unit = if text.to_ascii_lowercase().contains("hour") { 3_600 } else { 60 };
    Some(Span::seconds(minutes.saturating_mul(unit)))
}

const USUAL_LENGTH: Span = Span::seconds(90 * 60);
const USUAL_POINTS: u32 = 20;
