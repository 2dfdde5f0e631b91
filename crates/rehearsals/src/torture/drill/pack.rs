//! A pack of two days, or of some hours: seventy injects by time and after others, twenty questions, forty lines to pin. Made up, and about nothing.

use std::fmt::Write as _;
use std::path::Path;

use kernel::to_hex;
use seal::sha256;

use crate::simulate::Failure;

/// Its name.
pub const NAME: &str = "two-days";
/// Injects that each team gets.
pub const INJECTS: usize = 70;
/// Questions.
pub const QUESTIONS: usize = 20;
/// Lines of evidence.
pub const LINES: usize = 40;
/// Injects at a time of their own; the others follow them.
const TIMED: usize = 56;

/// Writes the pack into a folder of packs, for so many hours.
pub fn write(packs: &Path, hours: u16) -> Result<(), Failure> {
    let folder = packs.join(NAME);
    std::fs::create_dir_all(&folder)?;
    let lines: String = (1..=LINES).fold(String::new(), |text, line| text + &format!("{{\"line\": {line}}}\n"));
    std::fs::write(folder.join("lines.jsonl"), &lines)?;
    std::fs::write(folder.join("pack.toml"), scenario(&to_hex(&sha256(&[lines.as_bytes()])), hours.into())?)?;
    std::fs::write(folder.join("marking.toml"), marking()?)?;
    Ok(())
}

fn scenario(digest: &str, hours: usize) -> Result<String, std::fmt::Error> {
    let mut text = format!("name = \"{NAME}\"\nlength = \"{hours}h\"\n");
    let topic = "en = \"What next?\"\nzh-hant = \"下一步？\"\nzh-hans = \"下一步？\"";
    write!(text, "title = {}\nsituation = {}\n", words("Two days"), words("It begins"))?;
    writeln!(text, "discussion = [{{ {} }}]", topic.replace('\n', ", "))?;
    for number in 0..INJECTS {
        let when = match number.checked_sub(TIMED) {
            None => format!("at({}s)", number * hours * 3_600 / (TIMED + 2)),
            Some(follower) => format!("after({}, {}m)", inject(follower * 4), hours / 2 + 1),
        };
        let name = inject(number);
        write!(text, "[[inject]]\nname = \"{name}\"\nwhen = \"{when}\"\nchannel = \"mail\"\ntitle = {}\nbody = {}\n", words(&name), words("Read this"))?;
    }
    for number in 0..QUESTIONS {
        let aspect = ["prevent", "detect", "respond"].into_iter().cycle().nth(number).unwrap_or("detect");
        let opens = inject(number * 2);
        write!(text, "[[question]]\nname = \"question-{number}\"\naspect = \"{aspect}\"\npoints = 20\nopens = \"{opens}\"\nprompt = {}\n", words("What?"))?;
    }
    write!(text, "[[evidence]]\nname = \"lines\"\nfile = \"lines.jsonl\"\nsha256 = \"{digest}\"\nsource = \"made up\"\ntitle = {}\n", words("Lines"))?;
    Ok(text)
}

fn marking() -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for number in 0..QUESTIONS {
        let right = if number == 7 { String::new() } else { "right = [[\"right\"]]\nlines = [\"lines:1\"]\n".to_owned() };
        write!(text, "[[key]]\nquestion = \"question-{number}\"\n{right}within = \"2h\"\nuntil = \"20h\"\nwhy = {}\n", words("Because"))?;
    }
    Ok(text)
}

fn inject(number: usize) -> String {
    format!("inject-{number}")
}

fn words(text: &str) -> String {
    format!("{{ en = \"{text}\", zh-hant = \"{text}\", zh-hans = \"{text}\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use drill::Pack;

    #[test]
    fn the_pack_is_whole() {
        let place = tempfile::TempDir::new().unwrap();
        write(place.path(), 48).unwrap();
        let folder = place.path().join(NAME);
        let pack = Pack::read(&|file: &str| std::fs::read(folder.join(file)).ok()).unwrap();
        assert_eq!((pack.scenario.injects.len(), pack.scenario.questions.len()), (INJECTS, QUESTIONS));
    }
}
