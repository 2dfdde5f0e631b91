//! The parts of a page, as plain structs that render to safe HTML from templates of this crate.
//!
//! Fill the fields, start from `new` where a part has one, and call [`Part::html`] or [`crate::Body::part`]. All texts
//! are escaped; only fields of type [`crate::Markup`] are taken as HTML.

mod charts;
mod choices;
mod comparison;
mod fields;
mod file_input;
mod form;
mod line_chart;
mod live;
mod messages;
mod navigation;
mod summary;
mod table;
mod waiting;

pub use charts::{BarChart, Figures};
pub use choices::{Checkboxes, Choice, Radios, Select};
pub use comparison::{ComparedPicture, Comparison};
pub use fields::{DateInput, DateValue, TextArea, TextInput, Width};
pub use file_input::FileInput;
pub use form::{Button, ButtonGroup, ButtonStyle, Form};
pub use line_chart::{LineChart, Series};
pub use live::LivePart;
pub use messages::{Details, ErrorSummary, Inset, Notification, Panel, Tag, Tone, Warning};
pub use navigation::{BackLink, Pagination, Task, TaskList};
pub use summary::{Change, SummaryList, SummaryRow};
pub use table::Table;
pub use waiting::Waiting;

use kernel::Language;

use crate::markup::Markup;

/// Something that renders to safe HTML.
pub trait Part {
    /// The HTML, with the shell's own words ("Day", "Error:") in this language.
    fn html(&self, language: Language) -> Markup;
}

/// Joins a part to its template. In the template the part is `p` and the shell's words are `t`; a template that needs none
/// of them says `without words`.
macro_rules! part {
    ($part:ty, $path:tt) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $path)]
            struct View<'a> {
                p: &'a $part,
                t: $crate::L10n,
            }

            impl $crate::parts::Part for $part {
                fn html(&self, language: kernel::Language) -> $crate::Markup {
                    $crate::Markup::render(&View {
                        p: self,
                        t: $crate::texts(language),
                    })
                }
            }
        };
    };
    ($part:ty, $path:tt, without words) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $path)]
            struct View<'a> {
                p: &'a $part,
            }

            impl $crate::parts::Part for $part {
                fn html(&self, _: kernel::Language) -> $crate::Markup {
                    $crate::Markup::render(&View { p: self })
                }
            }
        };
    };
}

pub(crate) use part;
