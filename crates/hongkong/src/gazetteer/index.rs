use std::collections::HashMap;
use std::sync::Arc;

use kernel::Language;

use super::postings::{DENSE_FROM_ONE_IN, Postings, PostingsBuilder};
use super::row_set::RowSet;
use super::tokens::{Piece, pieces};
use crate::premises::{Numbered, Premises};

/// Which rows hold which word, which pair of neighbouring Chinese characters, and which single one.
#[derive(Debug)]
pub(super) struct Index {
    /// Sorted; a word that begins a name stands a second time with [`INITIAL`] before it.
    words: Vec<(Box<str>, u32)>,
    /// Sorted by [`pair`].
    han: Vec<(u64, u32)>,
    postings: Postings,
    /// The rows of the commonest short beginnings of words, which would be slow to unite; sorted.
    beginnings: Vec<(Box<str>, RowSet)>,
}

/// Marks the first word or character of a name.
pub(super) const INITIAL: char = '^';

/// The token of two neighbouring Chinese characters; of a single one when the second is NUL.
pub(super) fn pair(first: char, second: char) -> u64 {
    u64::from(u32::from(first)) << 32 | u64::from(u32::from(second))
}

impl Index {
    pub fn build(premises: &[Premises]) -> Self {
        let mut builder = Builder::default();
        for (row, one) in (0_u32..).zip(premises) {
            builder.add_row(row, one);
        }
        let mut words: Vec<(Box<str>, u32)> = builder.words.into_iter().collect();
        words.sort_unstable();
        let mut han: Vec<(u64, u32)> = builder.han.into_iter().collect();
        han.sort_unstable();
        let postings = builder.postings.finish(premises.len());
        let mut index = Self { words, han, postings, beginnings: Vec::new() };
        index.beginnings = index.common_beginnings();
        index
    }

    pub fn rows(&self) -> usize {
        self.postings.rows()
    }

    pub fn word(&self, word: &str) -> Option<u32> {
        let place = self.words.binary_search_by(|(known, _)| (**known).cmp(word)).ok()?;
        self.words.get(place).map(|(_, token)| *token)
    }

    pub fn han(&self, first: char, second: char) -> Option<u32> {
        let place = self.han.binary_search_by_key(&pair(first, second), |(known, _)| *known).ok()?;
        self.han.get(place).map(|(_, token)| *token)
    }

    pub fn postings(&self) -> &Postings {
        &self.postings
    }

    /// The rows of a token; none for a token that does not occur.
    pub fn set(&self, token: Option<u32>) -> RowSet {
        let mut set = RowSet::empty(self.rows());
        if let Some(token) = token {
            self.postings.add_to(token, &mut set);
        }
        set
    }

    /// The rows with a word that begins so.
    pub fn beginning(&self, beginning: &str) -> RowSet {
        if let Ok(place) = self.beginnings.binary_search_by(|(known, _)| (**known).cmp(beginning))
            && let Some((_, set)) = self.beginnings.get(place)
        {
            return set.clone();
        }
        let mut set = RowSet::empty(self.rows());
        for (_, token) in self.words_beginning(beginning) {
            self.postings.add_to(*token, &mut set);
        }
        set
    }

    pub fn memory_bytes(&self) -> usize {
        let words: usize = self.words.iter().map(|(word, _)| word.len() + 24).sum();
        let beginnings: usize = self.beginnings.iter().map(|(_, set)| set.bytes() + 32).sum();
        words + self.han.len() * 16 + beginnings + self.postings.memory_bytes()
    }

    fn words_beginning(&self, beginning: &str) -> impl Iterator<Item = &(Box<str>, u32)> {
        let from = self.words.partition_point(|(known, _)| **known < *beginning);
        let following = self.words.get(from..).unwrap_or_default();
        following.iter().take_while(move |(word, _)| word.starts_with(beginning))
    }

    fn common_beginnings(&self) -> Vec<(Box<str>, RowSet)> {
        let mut weights: HashMap<&str, usize> = HashMap::new();
        for (word, token) in &self.words {
            let marked = usize::from(word.starts_with(INITIAL));
            for letters in 1..=LONGEST_BEGINNING {
                if let Some((end, last)) = word.char_indices().nth(letters + marked - 1)
                    && let Some(beginning) = word.get(..end + last.len_utf8())
                {
                    *weights.entry(beginning).or_default() += self.postings.count(*token);
                }
            }
        }
        let common = weights.into_iter().filter(|(_, weight)| *weight > self.rows() / DENSE_FROM_ONE_IN);
        let mut beginnings: Vec<(Box<str>, RowSet)> =
            common.map(|(beginning, _)| (beginning.into(), self.beginning(beginning))).collect();
        beginnings.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        beginnings
    }
}

const LONGEST_BEGINNING: usize = 2;
/// A range of house numbers longer than this is taken for its two ends only.
const LONGEST_RANGE: u32 = 60;

#[derive(Default)]
struct Builder {
    words: HashMap<Box<str>, u32>,
    han: HashMap<u64, u32>,
    postings: PostingsBuilder,
    tokens: u32,
    /// What each text was found to hold; the same names come again and again.
    known: HashMap<Arc<str>, Box<[u32]>>,
}

impl Builder {
    fn add_row(&mut self, row: u32, premises: &Premises) {
        let names = [&premises.estate, &premises.building];
        let numbered = [&premises.street, &premises.village];
        let phase = premises.phase.as_ref().map(|phase| &phase.name);
        let streets = numbered.iter().filter_map(|place| place.as_ref().map(|place| &place.name));
        let all = names.into_iter().flatten().chain(streets).chain(phase).chain(premises.locality.as_deref());
        for name in all {
            self.add_text(row, &name.en);
            self.add_text(row, &name.zh);
        }
        if let Some(block) = &premises.block {
            for text in [&block.descriptor.en, &block.descriptor.zh, &block.number.en, &block.number.zh] {
                self.add_text(row, text);
            }
        }
        for place in numbered.into_iter().flatten() {
            self.add_numbers(row, place);
        }
        let district = premises.district.name(Language::En).trim_end_matches(" District");
        self.add_text(row, &district.into());
        self.add_text(row, &premises.district.name(Language::ZhHant).into());
    }

    fn add_text(&mut self, row: u32, text: &Arc<str>) {
        if text.is_empty() {
            return;
        }
        if !self.known.contains_key(text) {
            let tokens = self.tokens_of(text);
            self.known.insert(Arc::clone(text), tokens);
        }
        for token in self.known.get(text).into_iter().flatten() {
            self.postings.add(*token, row);
        }
    }

    fn tokens_of(&mut self, text: &str) -> Box<[u32]> {
        let mut tokens = Vec::new();
        for (place, piece) in pieces(text).iter().enumerate() {
            match piece {
                Piece::Word(word) => {
                    tokens.push(self.word_token(word));
                    if place == 0 {
                        tokens.push(self.word_token(&format!("{INITIAL}{word}")));
                    }
                }
                Piece::Han(run) => {
                    tokens.extend(run.iter().map(|&c| self.han_token(c, '\0')));
                    tokens.extend(run.iter().zip(run.iter().skip(1)).map(|(&first, &second)| self.han_token(first, second)));
                    if let (0, Some(&first)) = (place, run.first()) {
                        tokens.push(self.han_token(INITIAL, first));
                    }
                }
            }
        }
        tokens.into()
    }

    /// The numbers of the house; within a range also those on the same side of the street.
    fn add_numbers(&mut self, row: u32, place: &Numbered) {
        self.add_text(row, &place.from);
        self.add_text(row, &place.to);
        if let (Some(from), Some(to)) = (leading_number(&place.from), leading_number(&place.to))
            && from < to
            && to - from <= LONGEST_RANGE
        {
            for number in (from..to).step_by(2).skip(1) {
                let token = self.word_token(&number.to_string());
                self.postings.add(token, row);
            }
        }
    }

    fn word_token(&mut self, word: &str) -> u32 {
        if let Some(token) = self.words.get(word) {
            return *token;
        }
        self.tokens += 1;
        self.words.insert(word.into(), self.tokens - 1);
        self.tokens - 1
    }

    fn han_token(&mut self, first: char, second: char) -> u32 {
        let next = self.tokens;
        let token = *self.han.entry(pair(first, second)).or_insert(next);
        self.tokens += u32::from(token == next);
        token
    }
}

/// `300A` begins with 300.
pub(super) fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}
