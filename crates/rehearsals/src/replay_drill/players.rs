//! Officers who search the evidence, answer and are wrong, and evaluators who read what no key can mark.

use std::collections::BTreeSet;
use std::sync::Arc;

use drill::{Answer, Citation, Event, Exercise, Key, Name, Pack, Question, Team, TeamNumber};
use flows::DrillAct;
use kernel::Instant;
use seal::sha256;

use super::house::{EVALUATORS, House};
use crate::simulate::Failure;

/// Of a thousand rounds so many end with the death of the program.
const DEATHS: u64 = 15;
/// An answer cites so many lines at most.
const MOST_LINES: usize = 20;

/// Everybody in it.
pub struct Players {
    seed: u64,
    draws: u64,
    pack: Arc<Pack>,
    last: Instant,
    seen: usize,
    waiting: BTreeSet<(Instant, TeamNumber, Name, u8)>,
}

impl Players {
    pub const fn new(seed: u64, pack: Arc<Pack>, start: Instant) -> Self {
        Self { seed, draws: 0, pack, last: start, seen: 0, waiting: BTreeSet::new() }
    }

    /// When somebody is ready.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.first().map(|(at, ..)| *at)
    }

    /// Whether the program dies now.
    pub fn die(&mut self) -> bool {
        self.below(1_000) < DEATHS
    }

    /// Everybody reads what has come, and who is ready answers.
    pub fn act(&mut self, house: &House, now: Instant) -> Result<(), Failure> {
        self.last = now;
        let (new, entries) = house.read(|exercise| (arrived_after(exercise, self.seen), exercise.entries().len()))?;
        self.seen = entries;
        self.read(new, now);
        while let Some((at, team, question, attempt)) = self.waiting.first().cloned().filter(|(at, ..)| *at <= now) {
            self.waiting.remove(&(at, team, question.clone(), attempt));
            self.answer(house, now, team, &question, attempt)?;
        }
        Ok(())
    }

    /// Evaluators give what is missing: two marks for each answer, and a third where they lie apart.
    pub fn mark_all(&mut self, house: &House) -> Result<(), Failure> {
        let pack = Arc::clone(&self.pack);
        let teams = u16::try_from(house.read(|exercise| exercise.state().teams.len())?)?;
        for team in 0..teams {
            for question in &pack.scenario.questions {
                for evaluator in 0..EVALUATORS {
                    if house.read(|exercise| exercise.state().needs_mark(&pack, team, &question.name))? {
                        let points = u32::try_from(self.below(u64::from(question.points) + 1))?;
                        house.mark(evaluator, DrillAct::Mark { team, question: question.name.clone(), points })?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Questions open with injects; each team takes its time over each.
    fn read(&mut self, new: Vec<(TeamNumber, Name)>, now: Instant) {
        let pack = Arc::clone(&self.pack);
        for (team, inject) in new {
            for question in pack.scenario.questions.iter().filter(|question| question.opens == inject) {
                let patience = i64::try_from(180 + self.below(3_000)).unwrap_or(0);
                self.waiting.insert((now.plus_secs(patience * 100 / self.skill(team)), team, question.name.clone(), 0));
            }
        }
    }

    fn answer(&mut self, house: &House, now: Instant, team: TeamNumber, name: &Name, attempt: u8) -> Result<(), Failure> {
        let pack = Arc::clone(&self.pack);
        let Some((question, key)) = pack.question(name).zip(pack.key(name)) else { return Ok(()) };
        let chance = u64::try_from(self.skill(team)).unwrap_or(0) / 2 + 25 * u64::from(attempt);
        let knows = self.below(100) < chance;
        let given = if knows { right(key) } else { self.guess(question) };
        let lines: Vec<Citation> = key.lines.iter().filter(|_| knows || self.below(3) == 0).take(MOST_LINES).cloned().collect();
        let players = house.read(|exercise| exercise.state().teams.get(usize::from(team)).map_or(1, Team::players))?;
        let player = u16::try_from(self.below(players.into())).unwrap_or(0);
        house.play(team, player, DrillAct::Answer { question: name.clone(), answer: Answer::new(given, lines) })?;
        if !knows && attempt < 2 {
            let again = i64::try_from(300 + self.below(1_200)).unwrap_or(0);
            self.waiting.insert((now.plus_secs(again), team, name.clone(), attempt + 1));
        }
        Ok(())
    }

    fn guess(&mut self, question: &Question) -> Vec<String> {
        let chosen = question.options.iter().filter(|_| self.below(2) == 0).map(|option| option.name.to_string());
        let chosen: Vec<String> = chosen.collect();
        if chosen.is_empty() { vec![format!("a guess, number {}", self.below(1_000))] } else { chosen }
    }

    /// From 60 to 140 in a hundred.
    fn skill(&self, team: TeamNumber) -> i64 {
        let byte = sha256(&[&self.seed.to_be_bytes(), b"skill", &team.to_be_bytes()]).first().copied().unwrap_or(0);
        60 + i64::from(byte) * 80 / 255
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        let drawn = sha256(&[&self.seed.to_be_bytes(), &self.draws.to_be_bytes()]);
        let number = drawn.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number.checked_rem(bound).unwrap_or(0)
    }
}

fn arrived_after(exercise: &Exercise, seen: usize) -> Vec<(TeamNumber, Name)> {
    exercise.entries().iter().skip(seen).filter_map(arrived).collect()
}

fn arrived(entry: &drill::Entry) -> Option<(TeamNumber, Name)> {
    match &entry.event {
        Event::Sent { team, inject, .. } => Some((*team, inject.clone())),
        _ => None,
    }
}

fn right(key: &Key) -> Vec<String> {
    if key.is_open() {
        return vec!["A sentence that an evaluator reads.".to_owned()];
    }
    key.right.iter().filter_map(|spellings| spellings.first().cloned()).collect()
}
