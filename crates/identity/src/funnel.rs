//! How far people come between registering and an activated account, by district, from counters that nobody stands in. What is shown
//! hides small cells, and whatever would betray them: along each step, because the city's total stands below, and along a district,
//! because whoever is stuck is what the other steps leave over.

use std::collections::BTreeMap;

use hongkong::District;
use store::{StoreError, Tx};

use crate::storage;

/// Counts from 1 to one less are not shown.
pub const FUNNEL_SMALLEST: i64 = 10;

/// A column of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asked for a PIN, the first time.
    Registered,
    /// A letter was printed.
    Printed,
    /// It was posted.
    Posted,
    /// It came back.
    Returned,
    /// A PIN was typed.
    Activated,
    /// The account ended by itself.
    Lapsed,
    /// Its owner cancelled it.
    Cancelled,
    /// Registered, and none of activated, lapsed, cancelled: stuck on the way.
    Stuck,
}

impl Step {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] =
        [Self::Registered, Self::Printed, Self::Posted, Self::Returned, Self::Activated, Self::Lapsed, Self::Cancelled, Self::Stuck];

    /// Its name in counters and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Printed => "printed",
            Self::Posted => "posted",
            Self::Returned => "returned",
            Self::Activated => "activated",
            Self::Lapsed => "lapsed",
            Self::Cancelled => "cancelled",
            Self::Stuck => "stuck",
        }
    }

    /// Whether one of these follows from the others: registered is the sum of the rest.
    const fn adds_up(self) -> bool {
        matches!(self, Self::Registered | Self::Activated | Self::Lapsed | Self::Cancelled | Self::Stuck)
    }
}

/// The counts of one district, in the order of [`Step::ALL`].
pub type FunnelRow = [i64; 8];

/// The counts of every district, and of the whole city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funnel {
    /// By district, all eighteen.
    pub districts: Vec<(District, FunnelRow)>,
    /// Their sum.
    pub city: FunnelRow,
}

/// Reads the counters.
pub fn funnel(tx: &mut Tx<'_>) -> Result<Funnel, StoreError> {
    Ok(Funnel::of(&storage::activation::counts(tx)?))
}

impl Funnel {
    fn of(counts: &[(String, String, i64)]) -> Self {
        let counted: BTreeMap<(&str, &str), i64> = counts.iter().map(|(district, step, number)| ((district.as_str(), step.as_str()), *number)).collect();
        let row = |district: District| {
            let mut row = Step::ALL.map(|step| counted.get(&(district.code(), step.name())).copied().unwrap_or(0));
            let [registered, _, _, _, activated, lapsed, cancelled, stuck] = &mut row;
            *stuck = (*registered - *activated - *lapsed - *cancelled).max(0);
            row
        };
        let districts: Vec<_> = District::ALL.into_iter().map(|district| (district, row(district))).collect();
        let mut city = [0; 8];
        for (_, row) in &districts {
            city.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
        }
        Self { districts, city }
    }

    /// What may be shown: a cell, or nothing where it is small or would betray one that is.
    pub fn shown(&self, smallest: i64) -> Vec<(District, [Option<i64>; 8])> {
        let rows: Vec<FunnelRow> = self.districts.iter().map(|(_, row)| *row).collect();
        let mut hidden: Vec<[bool; 8]> = rows.iter().map(|row| row.map(|cell| cell > 0 && cell < smallest)).collect();
        while hide_along_steps(&rows, &mut hidden, smallest) | hide_along_districts(&rows, &mut hidden) {}
        let show = |(row, hidden): (&FunnelRow, [bool; 8])| {
            let mut shown = row.map(Some);
            shown.iter_mut().zip(hidden).filter(|(_, hide)| *hide).for_each(|(cell, _)| *cell = None);
            shown
        };
        let shown = rows.iter().zip(hidden).map(show);
        self.districts.iter().map(|(district, _)| *district).zip(shown).collect()
    }
}

/// One hidden cell of a step is the city's total less the others; several that are few together nearly so. True when a cell was hidden.
fn hide_along_steps(rows: &[FunnelRow], hidden: &mut [[bool; 8]], smallest: i64) -> bool {
    let mut changed = false;
    for at in 0..Step::ALL.len() {
        let cells: Vec<(i64, bool)> = rows.iter().zip(&*hidden).filter_map(|(row, hide)| Some((*row.get(at)?, *hide.get(at)?))).collect();
        let count = cells.iter().filter(|(_, hide)| *hide).count();
        let together: i64 = cells.iter().filter(|(_, hide)| *hide).map(|(cell, _)| cell).sum();
        if count == 0 || (count > 1 && together >= smallest) {
            continue;
        }
        let open = cells.iter().enumerate().filter(|(_, (_, hide))| !hide);
        let next = open.min_by_key(|(_, (cell, _))| (*cell == 0, *cell)).map(|(row, _)| row);
        if let Some(cell) = next.and_then(|row| hidden.get_mut(row)).and_then(|row| row.get_mut(at)) {
            *cell = true;
            changed = true;
        }
    }
    changed
}

/// One hidden cell among those that add up is what the others leave over. True when a cell was hidden.
fn hide_along_districts(rows: &[FunnelRow], hidden: &mut [[bool; 8]]) -> bool {
    let mut changed = false;
    for (row, hidden) in rows.iter().zip(hidden) {
        let linked = || Step::ALL.iter().enumerate().filter(|(_, step)| step.adds_up()).map(|(at, _)| at);
        if linked().filter(|at| hidden.get(*at) == Some(&true)).count() != 1 {
            continue;
        }
        let open = linked().filter(|at| hidden.get(*at) == Some(&false));
        let next = open.min_by_key(|at| row.get(*at).map(|cell| (*cell == 0, *cell)));
        if let Some(cell) = next.and_then(|at| hidden.get_mut(at)) {
            *cell = true;
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn funnel_of(rows: &[[i64; 7]]) -> Funnel {
        let counts: Vec<_> = District::ALL
            .iter()
            .zip(rows)
            .flat_map(|(district, row)| Step::ALL.iter().zip(row).map(|(step, cell)| (district.code().to_owned(), step.name().to_owned(), *cell)))
            .collect();
        Funnel::of(&counts)
    }

    #[test]
    fn whoever_is_stuck_is_what_is_left_over() {
        let funnel = funnel_of(&[[100, 90, 90, 12, 60, 10, 5], [50, 50, 50, 0, 50, 0, 0]]);
        assert_eq!(funnel.districts[0].1[7], 25);
        assert_eq!((funnel.city[0], funnel.city[7]), (150, 25));
    }

    #[test]
    fn a_small_cell_is_hidden_with_one_beside_and_one_below() {
        let mut rows = [[500, 480, 480, 40, 400, 30, 20]; 18];
        rows[3][5] = 4;
        let shown = funnel_of(&rows).shown(10);
        assert_eq!(shown[3].1[5], None);
        let along_step = shown.iter().filter(|(_, row)| row[5].is_none()).count();
        let along_district = [0, 4, 5, 6, 7].iter().filter(|at| shown[3].1[**at].is_none()).count();
        assert!(along_step >= 2 && along_district >= 2, "{along_step} {along_district}");
        assert!(shown.iter().all(|(_, row)| row[1].is_some()), "nothing else is lost");
    }

    proptest! {
        #[test]
        fn nothing_small_is_shown_or_left_over(rows in prop::collection::vec(prop::array::uniform7(0_i64..60), 18)) {
            let rows: Vec<[i64; 7]> = rows.into_iter().map(|[a, b, c, d, e, f, g]| [a + e + f + g, b, c, d, e, f, g]).collect();
            let funnel = funnel_of(&rows);
            let shown = funnel.shown(10);
            for at in 0..8 {
                let hidden: Vec<i64> = shown.iter().zip(&funnel.districts).filter(|((_, row), _)| row[at].is_none()).map(|(_, (_, row))| row[at]).collect();
                prop_assert!(shown.iter().all(|(_, row)| row[at].is_none_or(|cell| cell == 0 || cell >= 10)));
                let all = hidden.len() == 18;
                prop_assert!(hidden.is_empty() || all || hidden.len() > 1 && hidden.iter().sum::<i64>() >= 10, "{hidden:?}");
            }
            for (_, row) in &shown {
                prop_assert!([0, 4, 5, 6, 7].iter().filter(|at| row[**at].is_none()).count() != 1);
            }
        }
    }
}
