//! The HTTP shell and the design of every page; no feature.
//!
//! A face (residents, staff, API) brings routes and its three catalogues. Everything that must be the same everywhere
//! stands here: the [`Shell`] around a router (headers, limits, request ids, one event a request, localised problems),
//! the [`Visitor`] of a request, [`Catalogue`]s of texts, the forms' [`Values`] and [`FieldErrors`], one place that turns
//! a [`kernel::Kind`] into HTTP ([`Failure`]), the [`Layout`] with its [`parts`], and the [`serve`] loop.
//! It knows no store, no journal and no cipher; time, chance and keys arrive as arguments.

mod assets;
mod body;
mod catalogue_check;
mod client_address;
mod client_certificate;
mod cookies;
mod failure;
mod field_errors;
pub mod formats;
mod forwarded;
mod headers;
mod images;
mod picture_quality;
mod json;
mod l10n;
mod language;
mod layout;
mod live;
mod markup;
mod network;
mod page;
pub mod parts;
mod problem;
mod qr;
mod server;
mod shell;
mod tls;
mod token;
mod upload;
mod values;
mod visitor;

pub use assets::{asset, asset_bytes};
pub use body::Body;
pub use catalogue_check::{CatalogueFlaw, check_catalogues};
pub use client_address::{ClientAddress, Proxies};
pub use client_certificate::ClientCertificate;
pub use cookies::{cookie, set_cookie};
pub use failure::Failure;
pub use field_errors::{FieldError, FieldErrors};
pub use forwarded::ProxyHeader;
pub use images::{CleanImage, ImageFlaw, clean_image};
pub use picture_quality::{PictureHint, PictureQuality};
pub use json::{Json, wants_json};
pub use l10n::{Arg, Catalogue, CatalogueError, L10n, texts};
pub use language::{in_every_language, negotiate};
pub use layout::{Layout, Link};
pub use live::live;
pub use markup::Markup;
pub use network::{Network, NetworkError};
pub use page::{Density, Page, SessionEnd};
pub use problem::{Problem, ProblemField};
pub use qr::qr;
pub use server::{ServeError, ServeOptions, serve};
pub use shell::Shell;
pub use tls::{TlsError, TlsFiles};
pub use token::FormKeys;
pub use upload::{FileFlaw, FileKind, SentFile, SentForm, takes_files};
pub use values::Values;
pub use visitor::{Attended, Visitor};
