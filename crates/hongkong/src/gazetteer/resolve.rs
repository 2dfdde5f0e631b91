use std::sync::LazyLock;

use kernel::Language;

use super::Gazetteer;
use super::index::leading_number;
use super::row_set::RowSet;
use super::tokens::{Piece, han_line, pieces, word_line};
use crate::address::Unit;
use crate::district::District;
use crate::fold::is_han;
use crate::freeform::without_flat_and_floor;
use crate::noise;
use crate::premises::{Block, Name, Numbered, Premises};

/// The premises that a typed address means.
#[derive(Clone, Debug)]
pub struct Resolution<'a> {
    /// The premises.
    pub premises: &'a Premises,
    /// Their key, for [`Gazetteer::get`].
    pub key: String,
    /// Flat, floor and block as typed.
    pub unit: Unit,
    /// From 0 to 1: how much of what was typed they explain, and how little they leave unsaid.
    pub score: f32,
    /// Nothing but these premises can be meant: the score is high, and no other building comes near it.
    pub certain: bool,
}

impl Gazetteer {
    /// Finds the premises that an address means, as typed whole by a person; none when nothing fits well enough.
    pub fn resolve(&self, text: &str) -> Option<Resolution<'_>> {
        let typed = without_flat_and_floor(text);
        let sought = Typed::new(&typed.rest, &typed.unit.block);
        let rows = self.plausible(&typed.rest);
        let mut scored: Vec<(f32, &Premises)> =
            rows.into_iter().filter_map(|row| self.row(row)).map(|one| (sought.score(one), one)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let &(score, premises) = scored.first().filter(|(score, _)| *score >= LEAST_SCORE)?;
        let near = scored.iter().skip(1).take_while(|(other, _)| *other > score - LEAST_LEAD).map(|(_, other)| *other);
        let mut rivals = near.filter(|other| other.csu_id != premises.csu_id && other.digest() != premises.digest());
        let certain = score >= CERTAIN_SCORE && rivals.next().is_none();
        Some(Resolution { premises, key: premises.key(), unit: typed.unit, score, certain })
    }

    /// The rows that share the rarest words and pairs of characters with the text.
    fn plausible(&self, text: &str) -> Vec<u32> {
        let postings = self.index.postings();
        let mut weights: Vec<f32> = vec![0.0; self.len()];
        let mut touched = RowSet::empty(self.len());
        let mut budget = POSTINGS_BUDGET;
        for token in self.tokens(text) {
            let count = postings.count(token);
            let weight = ratio(self.len() + 1, count.max(1)).ln();
            let mut add = |row: u32| {
                if let Some(sum) = weights.get_mut(row as usize) {
                    *sum += weight;
                }
            };
            if count > budget {
                // Too common to bring in new rows, but it still tells apart those that are there.
                let mut common = self.index.set(Some(token));
                common.keep(&touched);
                common.rows().for_each(add);
            } else {
                budget -= count;
                postings.each(token, &mut add);
                postings.add_to(token, &mut touched);
            }
        }
        let weight = |row: u32| weights.get(row as usize).copied().unwrap_or(0.0);
        let mut rows: Vec<(u32, f32)> = touched.rows().map(|row| (row, weight(row))).collect();
        let heavier = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if rows.len() > MOST_PLAUSIBLE {
            rows.select_nth_unstable_by(MOST_PLAUSIBLE, heavier);
            rows.truncate(MOST_PLAUSIBLE);
        }
        rows.sort_unstable_by(heavier);
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// The words and pairs of characters of a text that occur at all, the rarest first.
    fn tokens(&self, text: &str) -> Vec<u32> {
        let mut tokens: Vec<u32> = Vec::new();
        for piece in pieces(text) {
            match piece {
                Piece::Word(word) => tokens.extend(self.index.word(&word)),
                Piece::Han(run) => {
                    tokens.extend(run.iter().zip(run.iter().skip(1)).filter_map(|(&a, &b)| self.index.han(a, b)));
                }
            }
        }
        tokens.sort_by_key(|token| (self.index.postings().count(*token), *token));
        tokens.dedup();
        tokens
    }
}

/// A shorter part of a name is chance: many buildings are called 大廈 or BUILDING.
const LEAST_CHARACTERS: usize = 3;
const LEAST_WORDS: usize = 2;
const LONGEST_PART: usize = 16;
const LEAST_SCORE: f32 = 0.5;
const CERTAIN_SCORE: f32 = 0.8;
const LEAST_LEAD: f32 = 0.02;
const MOST_PLAUSIBLE: usize = 96;
const POSTINGS_BUDGET: usize = 40_000;

/// A typed address in the forms in which records are held against it.
struct Typed {
    /// In English as [`word_line`] writes it, in Chinese as [`han_line`] does; only languages that occur.
    sides: Vec<Side>,
    /// Folded.
    block: String,
    /// Which districts it names, if any.
    districts: Vec<District>,
}

/// A typed address in one language.
struct Side {
    language: Language,
    text: String,
    /// Where the text names districts, regions and localities, which do not tell buildings apart.
    noise: Vec<(usize, usize)>,
}

impl Typed {
    fn new(rest: &str, block: &str) -> Self {
        let folded = crate::search_form(rest);
        let districts = noise::DISTRICTS.iter().filter(|(name, _)| noise::find(&folded, name).is_some());
        let mut districts: Vec<District> = districts.map(|(_, district)| *district).collect();
        districts.dedup();
        let sides = [(Language::En, word_line(rest)), (Language::ZhHant, han_line(rest))];
        let sides = sides.into_iter().filter(|(language, text)| match language {
            Language::En => text.contains(|c: char| c.is_ascii_alphabetic()),
            Language::ZhHant | Language::ZhHans => text.contains(is_han),
        });
        let sides = sides.map(|(language, text)| Side { language, noise: noise_in(&text, language), text }).collect();
        Self { sides, block: crate::search_form(block), districts }
    }

    fn score(&self, premises: &Premises) -> f32 {
        let wrong_district = !self.districts.is_empty() && !self.districts.contains(&premises.district);
        let best = self.sides.iter().map(|side| self.score_in(premises, side)).fold(0.0, f32::max);
        best * if wrong_district { 0.6 } else { 1.0 }
    }

    fn score_in(&self, premises: &Premises, side: &Side) -> f32 {
        let mut sheet = Sheet::new(&side.text, side.language);
        let mut fit = 1.0;
        for name in [&premises.estate, &premises.building].into_iter().flatten() {
            sheet.name(name);
        }
        if let Some(phase) = &premises.phase {
            sheet.name(&phase.name);
        }
        // After the names: an estate may be called after its street, and the street must not take its words.
        for place in [&premises.street, &premises.village].into_iter().flatten() {
            fit *= sheet.place(place);
        }
        fit *= sheet.block(premises.block.as_deref(), &self.block);
        sheet.pass_over(&side.noise);
        fit * (0.8 * sheet.explained() + 0.2 * sheet.said())
    }
}

fn noise_in(text: &str, language: Language) -> Vec<(usize, usize)> {
    let names = if language == Language::En { &*NOISE_WORDS } else { &*NOISE_HAN };
    let spans = names.iter().flat_map(|name| text.match_indices(name.as_str()).map(|(place, found)| (place, place + found.len())));
    spans.collect()
}

static NOISE_WORDS: LazyLock<Vec<String>> = LazyLock::new(|| noise::names().filter(|name| name.is_ascii()).map(word_line).collect());
static NOISE_HAN: LazyLock<Vec<String>> = LazyLock::new(|| noise::names().filter(|name| !name.is_ascii()).map(han_line).collect());

/// A typed text with marks on what the record explains.
struct Sheet<'a> {
    text: &'a str,
    language: Language,
    /// One for each byte of the text.
    marked: Vec<bool>,
    /// Bytes of the text that say nothing about the building.
    noise: usize,
    /// Letters of the record's names, and of those that were typed.
    named: usize,
    found: usize,
}

impl<'a> Sheet<'a> {
    fn new(text: &'a str, language: Language) -> Self {
        Self { text, language, marked: vec![false; text.len()], noise: 0, named: 0, found: 0 }
    }

    /// A name in the form of the text.
    fn form(&self, text: &str) -> String {
        if self.language == Language::En { word_line(text) } else { han_line(text) }
    }

    /// Looks for a name and marks it; says where it ends.
    fn name(&mut self, name: &Name) -> Option<(usize, usize)> {
        let (length, span) = self.seek(name.get(self.language));
        self.named += length;
        self.found += match span {
            Some(_) => length,
            None => self.part(name.get(self.language)).min(length),
        };
        span
    }

    /// Looks for the longest part of a name that was typed (創紀之城 of 東亞銀行中心創紀之城５) and marks it; says how long it is.
    fn part(&mut self, name: &str) -> usize {
        let form = self.form(name);
        let cuts: Vec<usize> = match self.language {
            Language::En => form.match_indices(' ').map(|(place, _)| place).collect(),
            _ => form.char_indices().map(|(place, _)| place).chain([form.len()]).collect(),
        };
        let least = if self.language == Language::En { LEAST_WORDS } else { LEAST_CHARACTERS };
        for length in (least..cuts.len().saturating_sub(1).min(LONGEST_PART)).rev() {
            for (from, to) in cuts.iter().zip(cuts.iter().skip(length)) {
                // In English a part carries its spaces, so that words are found whole.
                let end = to + usize::from(self.language == Language::En);
                let Some(part) = form.get(*from..end) else { continue };
                if let Some(place) = self.text.find(part) {
                    self.mark(place, place + part.len());
                    return part.trim().len();
                }
            }
        }
        0
    }

    /// The length of a text in the form of what was typed, and where it stands there, now marked.
    fn seek(&mut self, text: &str) -> (usize, Option<(usize, usize)>) {
        let form = self.form(text);
        let length = form.trim().len();
        if length == 0 {
            return (0, None);
        }
        let mut places = self.text.match_indices(&form).map(|(place, _)| place);
        let first = places.next();
        let fresh = first.into_iter().chain(places).find(|place| self.marked.get(*place + 1) == Some(&false)).or(first);
        let span = fresh.map(|from| (from, from + form.len()));
        if let Some((from, to)) = span {
            self.mark(from, to);
        }
        (length, span)
    }

    fn mark(&mut self, from: usize, to: usize) {
        self.marked.get_mut(from..to).unwrap_or_default().fill(true);
    }

    /// A street or village with its number: 1 when both fit, little when the number is another's.
    fn place(&mut self, place: &Numbered) -> f32 {
        let Some((from, to)) = self.name(&place.name) else { return 1.0 };
        let numbers = if self.language == Language::En { self.numbers_before(from) } else { self.numbers_after(to) };
        if numbers.is_empty() {
            return if place.from.is_empty() { 1.0 } else { 0.9 };
        }
        let (first, last) = (crate::search_form(&place.from), crate::search_form(&place.to));
        let ends: Vec<&String> = [&first, &last].into_iter().filter(|end| !end.is_empty()).collect();
        let fitting = ends.iter().filter(|end| numbers.contains(end)).count();
        if fitting > 0 {
            return if fitting == ends.len() && fitting == numbers.len() { 1.0 } else { 0.85 };
        }
        let range = leading_number(&first).zip(leading_number(if last.is_empty() { &first } else { &last }));
        let within = |number: &String| {
            range.zip(leading_number(number)).is_some_and(|((from, to), number)| (from..=to).contains(&number))
        };
        if numbers.iter().any(within) { 0.8 } else { 0.4 }
    }

    fn numbers_before(&mut self, end: usize) -> Vec<String> {
        let head = self.text.get(..=end).unwrap_or_default();
        let words = head.split_whitespace().rev().take(2);
        let numbers: Vec<String> = words.take_while(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect();
        let length: usize = numbers.iter().map(|number| number.len() + 1).sum();
        self.mark(end + 1 - length.min(end + 1), end);
        numbers
    }

    fn numbers_after(&mut self, start: usize) -> Vec<String> {
        let tail = self.text.get(start..).unwrap_or_default();
        let length = tail.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '至' | '及' | '号'))).unwrap_or(tail.len());
        let numbers = tail.get(..length).unwrap_or_default();
        let end = numbers.find('号').map_or(length, |place| place + '号'.len_utf8());
        self.mark(start, start + end);
        let parts = numbers.get(..end).unwrap_or_default().split(['-', '至', '及', '号']);
        parts.filter(|part| part.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
    }

    /// The block: 1 when it fits, little when another one was typed.
    fn block(&mut self, block: Option<&Block>, typed: &str) -> f32 {
        let Some(block) = block else { return 1.0 };
        let number = crate::search_form(block.number.get(self.language));
        let descriptor = block.descriptor.get(self.language);
        let forms = match self.language {
            Language::En => [format!("{descriptor} {number}"), format!("{number} {descriptor}")],
            _ => [format!("{number}{descriptor}"), format!("第{number}{descriptor}")],
        };
        for form in forms {
            if self.seek(&form).1.is_some() {
                return 1.0;
            }
        }
        let same = !typed.is_empty() && number.split(['-', '&']).any(|part| part.trim() == typed);
        match (same || number == typed, typed.is_empty()) {
            (true, _) => 1.0,
            (false, true) => 0.9,
            (false, false) => 0.5,
        }
    }

    /// What was typed and does not tell buildings apart counts neither for nor against.
    fn pass_over(&mut self, spans: &[(usize, usize)]) {
        for &(from, to) in spans {
            let span = self.marked.get_mut(from..to).unwrap_or_default();
            self.noise += span.iter().filter(|marked| !**marked).count();
            span.fill(true);
        }
    }

    /// How much of what was typed the record explains.
    fn explained(&self) -> f32 {
        let typed = self.text.trim().len();
        let marked = self.marked.iter().filter(|marked| **marked).count().saturating_sub(self.noise);
        let telling = typed.saturating_sub(self.noise);
        if telling == 0 { 0.0 } else { ratio(marked.min(telling), telling) }
    }

    /// How much of the record was typed.
    fn said(&self) -> f32 {
        if self.named == 0 { 0.0 } else { ratio(self.found, self.named) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of letters and rows, far below the precision of f32")]
fn ratio(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{format_line, shipped_premises};

    static CITY: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::build(shipped_premises().unwrap()));

    /// Of a thousand formatted addresses, how many lead back to the same words and the same unit.
    fn round_trips_in_a_thousand(language: Language, unit: &Unit) -> usize {
        let (mut all, mut right) = (0, 0);
        for premises in CITY.premises().iter().skip(3).step_by(23) {
            let line = format_line(premises, unit, language);
            let found = CITY.resolve(&line);
            let back = found.as_ref().map(|found| format_line(found.premises, unit, language));
            all += 1;
            let same = back.as_deref() == Some(line.as_str()) && found.as_ref().is_some_and(|found| found.unit.flat == unit.flat && found.unit.floor == unit.floor);
            right += usize::from(same);
        }
        right * 1000 / all
    }

    #[test]
    fn a_formatted_address_leads_back_to_its_premises() {
        let unit = Unit { flat: "A".into(), floor: "12".into(), block: String::new() };
        for (language, floor) in [(Language::En, 995), (Language::ZhHant, 995)] {
            let right = round_trips_in_a_thousand(language, &unit);
            assert!(right >= floor, "{language}: {right} of 1000");
        }
    }

    fn means(typed: &str) -> String {
        let found = CITY.resolve(typed).unwrap_or_else(|| panic!("{typed} means nothing"));
        assert_eq!(CITY.get(&found.key), Some(found.premises));
        format_line(found.premises, &found.unit, Language::ZhHant)
    }

    #[test]
    fn an_address_is_found_as_people_type_it() {
        let block = "新界葵青區担杆山路6號長發邨3座亮發樓";
        assert_eq!(means("青衣長發邨亮發樓12樓A室"), format!("{block}12樓A室"));
        assert_eq!(means("青衣长发村亮发楼十二楼Ａ室"), format!("{block}12樓A室"));
        assert_eq!(means("Rm 1203, 12/F, Leung Fat Hse, Cheung Fat Est., Tsing Yi, N.T."), format!("{block}12樓1203室"));
        assert_eq!(means("flat a 12/f blk 3 cheung fat estate 6 tam kon shan rd"), format!("{block}12樓A室"));
        assert_eq!(means("長發邨第三座"), block);
        assert!(means("觀塘觀塘道388號創紀之城").contains("觀塘道388號"));
        assert!(means("觀塘觀塘道418號創紀之城五期地下1號").contains("觀塘道418號"));
    }

    #[test]
    fn the_number_of_the_house_decides() {
        assert!(means("觀塘物華街31號").contains("物華街31號"));
        assert!(means("59 Mut Wah Street").contains("物華街59號"));
        assert!(means("彩虹道84至86號").contains("彩虹道84-86號"));
        assert!(CITY.resolve("物華街59號").is_some_and(|found| found.score > 0.8));
        assert!(CITY.resolve("物華街9999號").is_none_or(|found| found.score < 0.8));
    }

    #[test]
    fn what_could_mean_several_buildings_is_not_certain() {
        let certain = |typed: &str| CITY.resolve(typed).map(|found| found.certain);
        assert_eq!(certain("葵青區長發邨亮發樓12樓A室"), Some(true));
        assert_eq!(certain("Flat A, 12/F, Leung Fat House, Cheung Fat Estate"), Some(true));
        assert_eq!(certain("觀塘道"), Some(false), "a street without a number");
        assert_eq!(certain("長發邨"), Some(false), "an estate without a building");
        assert_ne!(certain("物華街9999號"), Some(true));
    }

    #[test]
    fn what_stands_elsewhere_is_not_found() {
        for typed in ["", "12樓A室", "巴黎香榭麗舍大道", "10 Downing Street, London", "新界葵青區", "香港", "1", "座"] {
            let found = CITY.resolve(typed);
            assert!(found.is_none(), "{typed}: {found:?}");
        }
    }

    #[test]
    fn what_people_typed_of_these_districts_is_found() {
        let lines = include_str!("../../data/address-freeform.tsv").lines().skip(1).filter_map(|line| line.split('\t').next());
        let ours = ["觀塘", "牛頭角", "黃大仙", "新蒲崗", "青衣", "葵涌", "秀茂坪", "油塘"];
        let typed: Vec<&str> = lines.filter(|line| ours.iter().any(|place| line.contains(place))).collect();
        let found: Vec<String> = typed.iter().filter_map(|line| Some(format!("{line} => {}", format_line(CITY.resolve(line)?.premises, &Unit::default(), Language::ZhHant)))).collect();
        // Of the twenty, some name buildings that are not among the shipped ones.
        assert_eq!(typed.len(), 20);
        assert!(found.len() >= 14, "{}", found.join("\n"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = CITY.resolve(&text);
        }

        #[test]
        fn no_mixture_of_its_own_marks_makes_it_panic(text in "[0-9 A觀塘道長發邨至及號期座樓室Road,&-]{0,40}") {
            let _ = CITY.resolve(&text);
            let _ = CITY.search(&text, 5);
        }
    }
}
