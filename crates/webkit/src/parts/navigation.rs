use super::messages::Tag;
use super::part;

/// The way back; the answers stay.
#[derive(Clone, Debug, Default)]
pub struct BackLink {
    /// Where to.
    pub href: String,
}

part!(BackLink, "parts/back_link.html");

/// Earlier and later pages of a list.
#[derive(Clone, Debug, Default)]
pub struct Pagination {
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// Where one is: "Page 2 of 7".
    pub place: String,
}

part!(Pagination, "parts/pagination.html");

/// A list of things to do, each with its state.
#[derive(Clone, Debug, Default)]
pub struct TaskList(pub Vec<Task>);

/// A thing to do.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Its name.
    pub title: String,
    /// Where it is done; none when it cannot be done yet.
    pub href: Option<String>,
    /// An explanation.
    pub hint: Option<String>,
    /// Its state.
    pub state: Tag,
}

part!(TaskList, "parts/task_list.html", without words);
