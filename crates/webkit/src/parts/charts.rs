use super::part;
use crate::formats;

/// A bar chart that is its own table: every row has its name, its number and a bar, so that the eye, the screen reader
/// and the printer read the same thing.
#[derive(Clone, Debug, Default)]
pub struct BarChart {
    /// What it shows; also its accessible name.
    pub title: String,
    /// The name of the first column.
    pub category: String,
    /// The name of the number.
    pub unit: String,
    /// Name and number; nothing for a number that is withheld.
    pub bars: Vec<(String, Option<i64>)>,
    /// Shown instead of a withheld number: "fewer than 10".
    pub withheld: String,
}

impl BarChart {
    fn rows(&self) -> Vec<BarRow<'_>> {
        let top = self
            .bars
            .iter()
            .filter_map(|(_, value)| *value)
            .max()
            .unwrap_or(0)
            .max(1);
        self.bars
            .iter()
            .map(|(name, value)| self.row(name, *value, top))
            .collect()
    }

    fn row<'a>(&self, name: &'a str, value: Option<i64>, top: i64) -> BarRow<'a> {
        let thousandths = value.unwrap_or(0).clamp(0, top).saturating_mul(1000) / top;
        let shown = value.map_or_else(|| self.withheld.clone(), formats::number);
        BarRow {
            name,
            shown,
            width: formats::per_cent(thousandths),
        }
    }
}

struct BarRow<'a> {
    name: &'a str,
    shown: String,
    width: String,
}

part!(BarChart, "parts/bar_chart.html", without words);

/// A few large numbers with their names: what a bulletin or a dashboard opens with.
#[derive(Clone, Debug, Default)]
pub struct Figures(pub Vec<(String, String)>);

part!(Figures, "parts/figures.html", without words);

#[cfg(test)]
mod tests {
    use kernel::Language;

    use super::*;
    use crate::parts::Part;

    #[test]
    fn bars_are_measured_against_the_largest() {
        let bars = vec![
            ("A".to_owned(), Some(2000)),
            ("<B>".to_owned(), Some(500)),
            ("C".to_owned(), None),
        ];
        let chart = BarChart {
            bars,
            withheld: "fewer than 10".into(),
            ..BarChart::default()
        };
        let html = chart.html(Language::En).to_string();
        assert!(
            html.contains("width=\"100.0%\"") && html.contains("width=\"25.0%\""),
            "{html}"
        );
        assert!(
            html.contains("2,000") && html.contains("fewer than 10") && !html.contains("<B>"),
            "{html}"
        );
    }

    #[test]
    fn no_bars_do_not_divide_by_zero() {
        let chart = BarChart {
            bars: vec![("A".into(), Some(0))],
            ..BarChart::default()
        };
        assert!(chart.html(Language::En).as_str().contains("width=\"0.0%\""));
    }
}
