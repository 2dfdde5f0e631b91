use std::fmt::Write as _;

use super::part;
use crate::formats;

/// A chart of one or more lines over time, drawn by the server, with the table beside it.
#[derive(Clone, Debug, Default)]
pub struct LineChart {
    /// What it shows; also its accessible name. Becomes ids, so give each chart of a page its own `id`.
    pub title: String,
    /// The id on the page.
    pub id: String,
    /// One sentence that says what can be seen: "Rose to 41,200 at 9 am, then fell."
    pub finding: String,
    /// The name of the horizontal axis, heading the table's first column.
    pub axis: String,
    /// The moments, in words, from left to right.
    pub moments: Vec<String>,
    /// The lines.
    pub series: Vec<Series>,
}

/// One line.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// A number for each moment.
    pub values: Vec<i64>,
}

impl LineChart {
    /// The top of the vertical axis: 1, 2 or 5 times a power of ten.
    fn top(&self) -> i64 {
        let largest = self
            .series
            .iter()
            .flat_map(|s| &s.values)
            .copied()
            .max()
            .unwrap_or(0)
            .max(1);
        let mut scale = 1i64;
        loop {
            for step in [1, 2, 5] {
                let candidate = scale.saturating_mul(step);
                if candidate >= largest {
                    return candidate;
                }
            }
            scale = scale.saturating_mul(10);
        }
    }

    fn top_label(&self) -> String {
        formats::number(self.top())
    }

    fn middle_label(&self) -> String {
        let top = self.top();
        if top % 2 == 0 {
            formats::number(top / 2)
        } else {
            String::new()
        }
    }

    /// The points of a line in a box of 1000 by 1000, y downwards.
    fn points(&self, series: &Series) -> String {
        let top = self.top();
        let last = i64::try_from(self.moments.len().saturating_sub(1))
            .unwrap_or(1)
            .max(1);
        let mut out = String::new();
        for (index, value) in series.values.iter().take(self.moments.len()).enumerate() {
            let x = i64::try_from(index).unwrap_or(0) * 1000 / last;
            let y = 1000 - value.clamp(&0, &top).saturating_mul(1000) / top;
            let _ = write!(out, "{x},{y} ");
        }
        out.trim_end().to_owned()
    }

    fn first_moment(&self) -> &str {
        self.moments.first().map_or("", String::as_str)
    }

    fn last_moment(&self) -> &str {
        self.moments.last().map_or("", String::as_str)
    }

    fn rows(&self) -> Vec<(&str, Vec<String>)> {
        let cell = |series: &Series, index: usize| {
            series
                .values
                .get(index)
                .copied()
                .map(formats::number)
                .unwrap_or_default()
        };
        let cells = |index| {
            self.series
                .iter()
                .map(|series| cell(series, index))
                .collect()
        };
        self.moments
            .iter()
            .enumerate()
            .map(|(index, moment)| (moment.as_str(), cells(index)))
            .collect()
    }
}

part!(LineChart, "parts/line_chart.html", without words);

#[cfg(test)]
mod tests {
    use kernel::Language;

    use super::*;
    use crate::parts::Part;

    fn chart(values: Vec<i64>) -> LineChart {
        let moments = (0..values.len()).map(|hour| format!("{hour}:00")).collect();
        LineChart {
            id: "c".into(),
            moments,
            series: vec![Series {
                name: "<s>".into(),
                values,
            }],
            ..LineChart::default()
        }
    }

    #[test]
    fn the_axis_ends_on_a_round_number() {
        for (largest, top) in [
            (0, 1),
            (1, 1),
            (3, 5),
            (11, 20),
            (41_200, 50_000),
            (50_001, 100_000),
        ] {
            assert_eq!(chart(vec![largest]).top(), top);
        }
    }

    #[test]
    fn points_fill_the_box_and_the_table_tells_the_same() {
        let chart = chart(vec![0, 50, 100]);
        assert_eq!(chart.points(&chart.series[0]), "0,1000 500,500 1000,0");
        let html = chart.html(Language::En).to_string();
        assert!(
            html.contains("role=\"img\"")
                && html
                    .contains("<td class=\"govuk-table__cell govuk-table__cell--numeric\">50</td>")
        );
        assert!(!html.contains("<s>"));
        assert!(
            LineChart::default()
                .html(Language::En)
                .as_str()
                .contains("svg")
        );
    }
}
