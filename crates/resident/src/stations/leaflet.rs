use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use kernel::{Kind, Language};
use notify::LeafletSide;
use webkit::Failure;

use super::Shared;
use crate::blocking::blocking;
use crate::texts::texts;

/// `GET /stations/leaflet.pdf`: what stations do and where the list is, in three languages, for a printer.
pub(crate) async fn file(State(state): Shared) -> Result<Response, Failure> {
    let font = state.font.clone().ok_or_else(|| Failure::of(Kind::Missing))?;
    let sides = Language::ALL.map(|language| side(&state.platform.sender().origin, language));
    let bytes = blocking(move || notify::leaflet_pdf(&sides, &font)).await?;
    let headers = [(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, "attachment; filename=\"support-stations-leaflet.pdf\"")];
    Ok((headers, bytes).into_response())
}

fn side(origin: &str, language: Language) -> LeafletSide {
    let t = texts(language);
    let help = ["register", "activate", "scheme", "reset"].map(|help| format!("• {}", t.get(&format!("stations-help-{help}"))));
    let paragraphs = std::iter::once(t.get("leaflet-lead")).chain(help).chain([t.get("leaflet-bring"), t.get("leaflet-never")]);
    let link = format!("{origin}/{}/stations", language.slug());
    let shown = link.trim_start_matches("https://").to_owned();
    LeafletSide {
        language,
        title: t.get("leaflet-title"),
        paragraphs: paragraphs.collect(),
        beside: t.with("leaflet-beside", [("link", shown)]),
        publisher: t.get("leaflet-publisher"),
        link,
    }
}
