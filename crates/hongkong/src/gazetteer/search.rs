use super::Gazetteer;
use super::index::INITIAL;
use super::row_set::RowSet;
use super::tokens::{Piece, abbreviated, han_line, pieces, word_line};
use crate::noise;
use crate::premises::{Name, Premises};

/// An address that fits what was typed.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// The address.
    pub premises: &'a Premises,
    /// Its key, for [`Gazetteer::get`].
    pub key: String,
    /// How well it fits; only good for comparing hits of one search.
    pub score: u32,
}

impl Gazetteer {
    /// Finds addresses while they are typed, in English or Chinese, the best first.
    ///
    /// Every word must occur; the last one may be unfinished. In Chinese, every character must stand in the address
    /// beside a neighbour that it has in the query, so that parts may follow each other in any order (觀塘觀塘道). When
    /// nothing fits, regions and localities in the query, which addresses leave out, are passed over.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit<'_>> {
        let query: String = query.chars().take(LONGEST_QUERY_CHARS).collect();
        let limit = limit.min(MOST_HITS);
        let hits = self.search_exactly(&query, limit);
        if !hits.is_empty() || limit == 0 {
            return hits;
        }
        let shorter = noise::shortened(&query).into_iter().map(|query| self.search_exactly(&query, limit));
        shorter.into_iter().find(|hits| !hits.is_empty()).unwrap_or_default()
    }

    fn search_exactly(&self, query: &str, limit: usize) -> Vec<Hit<'_>> {
        let sought = Sought::new(query);
        let mut hits: Vec<(u32, &Premises)> = Vec::new();
        for row in self.candidates(&sought.pieces) {
            if let Some(premises) = self.row(row) {
                hits.push((sought.closeness(premises), premises));
            }
        }
        hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        hits.truncate(limit);
        hits.into_iter().map(|(score, premises)| Hit { premises, key: premises.key(), score }).collect()
    }

    /// A bounded number of rows that fit, the promising ones first: those where the first word begins a name, and those
    /// where the last word is complete.
    fn candidates(&self, pieces: &[Piece]) -> Vec<u32> {
        let Some((last, before)) = pieces.split_last() else { return Vec::new() };
        let mut fitting = self.fitting(last, true);
        for piece in before {
            if fitting.is_empty() {
                return Vec::new();
            }
            fitting.keep(&self.fitting(piece, false));
        }
        let complete = self.fitting(last, false);
        let initial = self.initial(pieces);
        let mut rows = Vec::with_capacity(CANDIDATES);
        for filters in [&[&initial, &complete][..], &[&initial], &[&complete], &[]] {
            let mut tier = fitting.clone();
            for filter in filters {
                tier.keep(filter);
            }
            for row in tier.rows().take(CANDIDATES) {
                if rows.len() < CANDIDATES && !rows.contains(&row) {
                    rows.push(row);
                }
            }
            if rows.len() >= CANDIDATES {
                break;
            }
        }
        rows
    }

    fn fitting(&self, piece: &Piece, unfinished: bool) -> RowSet {
        match piece {
            Piece::Word(word) => {
                let mut rows = self.index.set(self.index.word(word));
                if unfinished {
                    rows.add(&self.index.beginning(word));
                    for whole in abbreviated(word) {
                        rows.add(&self.index.set(self.index.word(whole)));
                    }
                }
                rows
            }
            Piece::Han(run) => self.fitting_run(run, unfinished),
        }
    }

    /// Rows in which every character of the run stands beside one of its neighbours. A character alone, or the last one of
    /// a query that is still being typed, may stand anywhere.
    fn fitting_run(&self, run: &[char], unfinished: bool) -> RowSet {
        let pairs: Vec<RowSet> =
            run.iter().zip(run.iter().skip(1)).map(|(&first, &second)| self.index.set(self.index.han(first, second))).collect();
        let mut fitting: Option<RowSet> = None;
        for (place, &character) in run.iter().enumerate() {
            let mut beside = match place.checked_sub(1).and_then(|before| pairs.get(before)) {
                Some(before) => before.clone(),
                None => RowSet::empty(self.index.rows()),
            };
            if let Some(after) = pairs.get(place) {
                beside.add(after);
            }
            if run.len() == 1 || (unfinished && place + 1 == run.len()) {
                beside.add(&self.index.set(self.index.han(character, '\0')));
            }
            match fitting.as_mut() {
                Some(fitting) => fitting.keep(&beside),
                None => fitting = Some(beside),
            }
        }
        fitting.unwrap_or_else(|| RowSet::empty(self.index.rows()))
    }

    /// Rows in which the first piece that is not a number begins a name.
    fn initial(&self, pieces: &[Piece]) -> RowSet {
        let named = pieces.iter().position(|piece| !is_number(piece));
        match named.and_then(|place| Some((place, pieces.get(place)?))) {
            Some((place, Piece::Word(word))) => {
                let marked = format!("{INITIAL}{word}");
                if place + 1 == pieces.len() { self.index.beginning(&marked) } else { self.index.set(self.index.word(&marked)) }
            }
            Some((_, Piece::Han(run))) => match run.first() {
                Some(&first) => self.index.set(self.index.han(INITIAL, first)),
                None => RowSet::empty(self.index.rows()),
            },
            None => RowSet::empty(self.index.rows()),
        }
    }
}

/// Longer queries are cut: what a person types to find an address is shorter.
const LONGEST_QUERY_CHARS: usize = 160;
const MOST_HITS: usize = 50;
/// How many fitting rows are looked at closely.
const CANDIDATES: usize = 64;
const MOST_PIECES: usize = 16;

fn is_number(piece: &Piece) -> bool {
    matches!(piece, Piece::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()))
}

/// What a query asks for, taken apart.
struct Sought {
    pieces: Vec<Piece>,
    /// The words that are not numbers, as [`word_line`] writes them.
    words: String,
    /// The longest run of Chinese characters.
    run: String,
    numbers: Vec<String>,
}

impl Sought {
    fn new(query: &str) -> Self {
        let mut taken = pieces(query);
        taken.iter_mut().for_each(trim_marks);
        taken.retain(|piece| !matches!(piece, Piece::Han(run) if run.is_empty()) && *piece != Piece::Word("no".to_owned()));
        taken.truncate(MOST_PIECES);
        let mut sought = Self { pieces: Vec::new(), words: String::from(" "), run: String::new(), numbers: Vec::new() };
        for piece in &taken {
            match piece {
                Piece::Word(word) if is_number(piece) => sought.numbers.push(word.clone()),
                Piece::Word(word) => {
                    sought.words.push_str(word);
                    sought.words.push(' ');
                }
                Piece::Han(run) if run.len() * 3 > sought.run.len() => sought.run = run.iter().collect(),
                Piece::Han(_) => {}
            }
        }
        Self { pieces: taken, ..sought }
    }

    fn closeness(&self, premises: &Premises) -> u32 {
        let place = premises.street.as_ref().or(premises.village.as_ref());
        let names = [
            (premises.estate.as_ref(), 3),
            (premises.building.as_ref(), 2),
            (place.map(|place| &place.name), 1),
        ];
        let fits = names.iter().filter_map(|(name, weight)| Some(self.name_fits((*name)?) * 4 + weight)).max().unwrap_or(0);
        let house = place.is_some_and(|place| self.numbers.iter().any(|number| place.from.eq_ignore_ascii_case(number)));
        let block = premises.block.as_ref().is_some_and(|block| self.holds(&block.number.en));
        let parts = [premises.building.is_some(), premises.block.is_some(), premises.estate.is_some()];
        let simple = 3 - u32::try_from(parts.into_iter().filter(|part| *part).count()).unwrap_or(3);
        let whole = names.iter().filter(|(name, _)| name.is_some_and(|name| self.names(name))).count();
        let whole = u32::try_from(whole).unwrap_or(0);
        fits * 4 + u32::from(house) * 24 + u32::from(block) * 12 + whole * 8 + simple
    }

    /// Whether the whole name stands in what was typed, word for word.
    fn names(&self, name: &Name) -> bool {
        let (name, sought) =
            if self.run.is_empty() { (word_line(&name.en), &self.words) } else { (han_line(&name.zh), &self.run) };
        !name.trim().is_empty() && sought.contains(&name)
    }

    /// 3 where the name is what was typed, 2 where it begins so, 1 where it holds it.
    fn name_fits(&self, name: &Name) -> u32 {
        let (name, sought) = if self.run.is_empty() {
            (word_line(&name.en), self.words.trim_end().to_owned())
        } else {
            (han_line(&name.zh), self.run.clone())
        };
        match name {
            _ if sought.trim().is_empty() => 0,
            name if name.trim_end() == sought => 3,
            name if name.starts_with(&sought) => 2,
            name if name.contains(&sought) => 1,
            _ => 0,
        }
    }

    fn holds(&self, number: &str) -> bool {
        !number.is_empty() && self.pieces.iter().any(|piece| matches!(piece, Piece::Word(word) if word.eq_ignore_ascii_case(number)))
    }
}

/// 號 after a house number and 至 within a range say nothing; addresses are stored without them.
fn trim_marks(piece: &mut Piece) {
    if let Piece::Han(run) = piece {
        let marks = run.iter().take_while(|c| matches!(c, '号' | '至' | '及')).count();
        run.drain(..marks);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use kernel::Language;
    use proptest::prelude::*;

    use super::*;
    use crate::{Unit, format_line, shipped_premises};

    static CITY: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::build(shipped_premises().unwrap()));

    fn first(query: &str) -> String {
        let hits = CITY.search(query, 10);
        let hit = hits.first().unwrap_or_else(|| panic!("nothing found for {query}"));
        format_line(hit.premises, &Unit::default(), Language::ZhHant)
    }

    /// What this crate itself writes on an envelope is found again, in both languages.
    #[test]
    fn an_address_is_found_by_its_own_formatted_line() {
        let city = Gazetteer::build(crate::shipped_premises().unwrap());
        for premises in city.premises().iter().step_by(61) {
            for language in [kernel::Language::En, kernel::Language::ZhHant] {
                let line = crate::format_line(premises, &crate::Unit::default(), language);
                let found = city.search(&line, 10).iter().any(|hit| hit.premises == premises);
                assert!(found, "{line}");
            }
        }
    }

    #[test]
    fn english_is_found_while_it_is_typed() {
        for query in ["leung fat", "LEUNG FAT HSE", "leung fat hou", "cheung fat leung", "6 tam kon shan rd leung fat", "leung fat house kwai tsing"] {
            assert!(first(query).ends_with("長發邨3座亮發樓"), "{query}: {}", first(query));
        }
        assert!(first("wonderland villas blk 1a").ends_with("華景山莊1A座"));
        assert!(first("99 cheung fai road").contains("長輝路99號"));
    }

    #[test]
    fn chinese_is_found_while_it_is_typed() {
        for query in ["亮發樓", "亮發", "長發邨亮發樓", "葵青區長發邨亮", "担杆山路6號亮發樓", "長發邨 亮發樓", "亮发楼", "長發村亮發樓", "長發邨第三座"] {
            assert!(first(query).ends_with("長發邨3座亮發樓"), "{query}: {}", first(query));
        }
        assert!(first("觀塘觀塘道388號").contains("觀塘道388號"));
        assert!(first("觀塘道３８８").contains("觀塘道388號"));
    }

    #[test]
    fn variants_are_found_and_what_is_stored_stays() {
        let stored = "曉峯居";
        for query in ["曉峯居", "曉峰居", "晓峰居"] {
            assert!(first(query).contains(stored), "{query}");
        }
        assert!(CITY.premises().iter().any(|one| one.estate.as_ref().is_some_and(|name| &*name.zh == stored)));
        assert!(first("ｋｏｋｏ　ｒｏｓｓｏ").contains("ＫＯＫＯ"), "full-width in the source");
    }

    #[test]
    fn every_word_must_occur() {
        assert!(CITY.search("leung fat house zzz", 5).is_empty());
        assert!(CITY.search("亮發樓鱷", 5).is_empty());
        for hit in CITY.search("kwun tong road 4", 50) {
            let line = format_line(hit.premises, &Unit::default(), Language::En).to_lowercase();
            assert!(["kwun", "tong", "road"].iter().all(|word| line.contains(word)) && line.contains('4'), "{line}");
        }
    }

    #[test]
    fn regions_and_localities_are_passed_over() {
        assert!(first("九龍牛頭角觀塘道388號").contains("觀塘道388號"));
        assert!(first("Tsing Yi, New Territories, Leung Fat House").ends_with("亮發樓"));
    }

    #[test]
    fn limits_hold() {
        assert_eq!(CITY.search("k", 7).len(), 7);
        assert_eq!(CITY.search("k", 0).len(), 0);
        assert!(CITY.search("k", 10_000).len() <= MOST_HITS);
        for query in ["", " ", "號", "，。", "\u{0}"] {
            assert!(CITY.search(query, 5).is_empty(), "{query:?}");
        }
    }

    #[test]
    fn every_address_is_among_the_first_for_its_own_name() {
        let named = CITY.premises().iter().filter_map(|one| Some((one, one.building.as_ref()?))).step_by(15);
        let (mut all, mut found) = (0, 0);
        for (premises, building) in named.filter(|(_, name)| !name.en.is_empty() && !name.zh.is_empty()) {
            for query in [&building.en, &building.zh] {
                all += 1;
                found += usize::from(CITY.search(query, 10).iter().any(|hit| hit.premises.building == premises.building));
            }
        }
        assert!(all > 400 && found * 1000 >= all * 995, "{found} of {all}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = CITY.search(&text, 5);
        }

        #[test]
        fn what_is_typed_of_a_name_is_found(row in 0_usize..6279, letters in 1_usize..12) {
            let one = &CITY.premises()[row];
            let name = one.building.as_ref().or(one.estate.as_ref()).map(|name| name.en.to_string()).unwrap_or_default();
            let typed: String = name.chars().take(letters).collect();
            prop_assume!(typed.ends_with(|c: char| c.is_ascii_alphanumeric()));
            prop_assert!(!CITY.search(&typed, 3).is_empty(), "{}", typed);
        }
    }
}
