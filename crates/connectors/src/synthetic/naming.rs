//! Names: Chinese and romanised, as on an identity card.

use hongkong::names::{NamePart, english_names, given_characters, surnames};

use super::chance::Dice;

pub(super) struct Naming {
    pub(super) surname: NamePart,
    pub(super) en: String,
    pub(super) zh: String,
}

/// A name with this surname, or with one by frequency.
pub(super) fn name(dice: &mut Dice, surname: Option<NamePart>) -> Naming {
    let surname = surname.or_else(|| dice.pick_common(surnames()).copied()).unwrap_or(NOBODY);
    let mut en = surname.romanised.to_uppercase();
    let mut zh = surname.zh_hant.to_owned();
    let characters = if dice.per_mille(880) { 2 } else { 1 };
    for _ in 0..characters {
        let part = dice.pick(given_characters()).copied().unwrap_or(NOBODY);
        en.push(' ');
        en.push_str(part.romanised);
        zh.push_str(part.zh_hant);
    }
    if dice.per_mille(450) {
        en.push_str(", ");
        en.push_str(dice.pick(english_names()).map_or("", |part| part.romanised));
    }
    Naming { surname, en, zh }
}

const NOBODY: NamePart = NamePart { zh_hant: "無", zh_hans: "无", romanised: "Mo" };
