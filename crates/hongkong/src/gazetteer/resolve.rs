use std::collections::HashMap;

use kernel::Language;

use super::Gazetteer;
use super::index::leading_number;
use super::tokens::{Piece, han_line, pieces, word_line};
use crate::address::Unit;
use crate::district::District;
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
}

impl Gazetteer {
    /// Finds the premises that an address means, as typed whole by a person; none when nothing fits well enough.
    pub fn resolve(&self, text: &str) -> Option<Resolution<'_>> {
        let typed = without_flat_and_floor(text);
        let sought = Typed::new(&typed.rest, &typed.unit.block);
        let mut best: Option<(f32, &Premises)> = None;
        for row in self.plausible(&typed.rest) {
            let Some(premises) = self.row(row) else { continue };
            let score = sought.score(premises);
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, premises));
            }
        }
        let (score, premises) = best.filter(|(score, _)| *score >= LEAST_SCORE)?;
        Some(Resolution { premises, key: premises.key(), unit: typed.unit, score })
    }

    /// The rows that share the rarest words and pairs of characters with the text.
    fn plausible(&self, text: &str) -> Vec<u32> {
        let mut tokens: Vec<u32> = Vec::new();
        for piece in pieces(text) {
            match piece {
                Piece::Word(word) => tokens.extend(self.index.word(&word)),
                Piece::Han(run) => {
                    tokens.extend(run.iter().zip(run.iter().skip(1)).filter_map(|(&a, &b)| self.index.han(a, b)));
                }
            }
        }
        let postings = self.index.postings();
        tokens.sort_by_key(|token| (postings.count(*token), *token));
        tokens.dedup();
        let mut weights: HashMap<u32, f32> = HashMap::new();
        let mut budget = POSTINGS_BUDGET;
        for token in tokens {
            let count = postings.count(token);
            let weight = (ratio(self.len() + 1, count.max(1))).ln();
            if count > budget {
                // Too common to bring in new rows, but it still tells apart those that are there.
                let common = self.index.set(Some(token));
                common.rows().for_each(|row| {
                    weights.entry(row).and_modify(|sum| *sum += weight);
                });
                continue;
            }
            budget -= count;
            postings.each(token, |row| *weights.entry(row).or_default() += weight);
        }
        let mut rows: Vec<(u32, f32)> = weights.into_iter().collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        rows.truncate(MOST_PLAUSIBLE);
        rows.into_iter().map(|(row, _)| row).collect()
    }
}

const LEAST_SCORE: f32 = 0.5;
const MOST_PLAUSIBLE: usize = 192;
const POSTINGS_BUDGET: usize = 40_000;

/// A typed address in the form in which records are held against it.
struct Typed {
    /// English, as [`word_line`] writes it.
    words: String,
    /// Chinese, as [`han_line`] writes it.
    han: String,
    block: String,
    /// Which district it names, if any.
    districts: Vec<District>,
}

impl Typed {
    fn new(rest: &str, block: &str) -> Self {
        let folded = crate::search_form(rest);
        let districts = noise::DISTRICTS.iter().filter(|(name, _)| noise::find(&folded, name).is_some());
        let mut districts: Vec<District> = districts.map(|(_, district)| *district).collect();
        districts.dedup();
        Self { words: word_line(rest), han: han_line(rest), block: crate::search_form(block), districts }
    }

    fn score(&self, premises: &Premises) -> f32 {
        let english = self.score_in(premises, Language::En);
        let chinese = self.score_in(premises, Language::ZhHant);
        let wrong_district = !self.districts.is_empty() && !self.districts.contains(&premises.district);
        english.max(chinese) * if wrong_district { 0.6 } else { 1.0 }
    }

    fn score_in(&self, premises: &Premises, language: Language) -> f32 {
        let mut sheet = Sheet::new(if language == Language::En { &self.words } else { &self.han }, language);
        let mut fit = 1.0;
        for place in [&premises.street, &premises.village].into_iter().flatten() {
            fit *= sheet.place(place);
        }
        for name in [&premises.estate, &premises.building].into_iter().flatten() {
            sheet.name(name, 1);
        }
        if let Some(phase) = &premises.phase {
            sheet.name(&phase.name, 1);
        }
        fit *= sheet.block(premises.block.as_deref(), &self.block);
        sheet.pass_over(premises);
        fit * (0.75 * sheet.explained() + 0.25 * sheet.said())
    }
}

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
    fn name(&mut self, name: &Name, weight: usize) -> Option<(usize, usize)> {
        let form = self.form(name.get(self.language));
        if form.trim().is_empty() {
            return None;
        }
        self.named += form.trim().len() * weight;
        let spans: Vec<usize> = self.text.match_indices(&form).map(|(place, _)| place).collect();
        let fresh = spans.iter().find(|place| self.marked.get(**place + 1) == Some(&false)).or(spans.first());
        let from = *fresh?;
        let to = from + form.len();
        self.mark(from, to);
        self.found += form.trim().len() * weight;
        Some((from, to))
    }

    fn mark(&mut self, from: usize, to: usize) {
        self.marked.get_mut(from..to).unwrap_or_default().fill(true);
    }

    /// A street or village with its number: 1 when both fit, little when the number is another's.
    fn place(&mut self, place: &Numbered) -> f32 {
        let Some((from, to)) = self.name(&place.name, 1) else { return 1.0 };
        let numbers = if self.language == Language::En { self.numbers_before(from) } else { self.numbers_after(to) };
        if numbers.is_empty() {
            return if place.from.is_empty() { 1.0 } else { 0.9 };
        }
        let (first, last) = (crate::search_form(&place.from), crate::search_form(&place.to));
        if numbers.contains(&first) || (!last.is_empty() && numbers.contains(&last)) {
            return if numbers.len() > 1 && last.is_empty() { 0.97 } else { 1.0 };
        }
        let range = leading_number(&first).zip(leading_number(if last.is_empty() { &first } else { &last }));
        let within = |number: &String| {
            range.zip(leading_number(number)).is_some_and(|((from, to), number)| (from..=to).contains(&number))
        };
        if numbers.iter().any(within) { 0.85 } else { 0.4 }
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
            let name = Name { en: form.as_str().into(), zh: form.as_str().into() };
            if self.name(&name, 0).is_some() {
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

    /// What does not tell buildings apart: district, region, localities.
    fn pass_over(&mut self, premises: &Premises) {
        let mut names = vec![premises.district.name(self.language).to_owned(), premises.region().name(self.language).to_owned()];
        names.extend(noise::LOCALITIES.iter().filter(|name| (self.language == Language::En) == name.is_ascii()).cloned());
        names.extend(noise::DISTRICTS.iter().map(|(name, _)| name.clone()));
        for name in names {
            let form = self.form(&name);
            for (place, _) in self.text.match_indices(&form) {
                let span = self.marked.get_mut(place..place + form.len()).unwrap_or_default();
                self.noise += span.iter().filter(|marked| !**marked).count();
                span.fill(true);
            }
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
