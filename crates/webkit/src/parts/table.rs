use super::part;
use crate::markup::Markup;

/// A table with a caption. On a phone each row of a table of three columns and more becomes a block, with the columns' names
/// before its cells; a wider table than the screen scrolls inside its own box. The roles are written out because a browser
/// forgets that a table is one when its rows are shown as blocks.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows; also its accessible name.
    pub caption: String,
    /// Hides the caption from sight, where a heading says the same.
    pub quiet_caption: bool,
    /// The columns' names.
    pub head: Vec<String>,
    /// The cells; text becomes safe by `.into()`. The first cell of a row names it.
    pub rows: Vec<Vec<Markup>>,
    /// Which columns hold numbers (from 0), to be set at the right.
    pub numeric: Vec<usize>,
    /// Shown when there is no row.
    pub empty: String,
}

impl Table {
    /// A table with its columns.
    pub fn new<T: Into<String>>(
        caption: impl Into<String>,
        head: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            caption: caption.into(),
            head: head.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Adds a row.
    pub fn row<T: Into<Markup>>(&mut self, cells: impl IntoIterator<Item = T>) -> &mut Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    fn is_numeric(&self, index: usize) -> bool {
        self.numeric.contains(&index)
    }

    /// Two columns fit on every phone.
    const fn stacks(&self) -> bool {
        self.head.len() > 2
    }

    fn name_of(&self, index: usize) -> &str {
        self.head.get(index).map_or("", String::as_str)
    }
}

part!(Table, "parts/table.html", without words);

#[cfg(test)]
mod tests {
    use kernel::Language;

    use super::*;
    use crate::parts::Part;

    #[test]
    fn cells_are_escaped_and_the_first_names_its_row() {
        let mut table = Table {
            numeric: vec![1],
            ..Table::new("<c>", ["District", "<n>"])
        };
        table.row(["Sha Tin <x>", "12"]);
        let html = table.html(Language::En).to_string();
        assert!(
            html.contains("<th scope=\"row\" role=\"rowheader\" class=\"govuk-table__header\">Sha Tin &lt;x&gt;</th>"),
            "{html}"
        );
        assert!(!html.contains("<c>") && !html.contains("<n>") && !html.contains("<x>"));
        assert!(html.contains("govuk-table__cell--numeric\">12"), "{html}");
    }

    #[test]
    fn three_columns_stack_on_a_phone_and_every_cell_says_its_column() {
        let mut table = Table::new("c", ["What", "Why \"now\"", "Until"]);
        table.row(["Name", "Delivery", "6 June"]);
        let html = table.html(Language::En).to_string();
        assert!(html.contains("lr-table--stacks"), "{html}");
        assert!(html.contains("data-label=\"Why &#34;now&#34;\""), "{html}");
        let mut table = Table::new("c", ["District", "People"]);
        table.row(["Sha Tin", "12"]);
        assert!(!table.html(Language::En).to_string().contains("lr-table--stacks"));
    }
}
