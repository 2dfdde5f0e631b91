use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use kernel::Kind;

use crate::failure::Failure;
use crate::json::media_type;
use crate::l10n::L10n;
use crate::values::{Values, foreign};
use crate::visitor::Visitor;

/// What is read of one request that carries a file, before nothing is read any more. A file that is too large but smaller
/// than this is read to its end and dropped, so that the browser hears in a page what was wrong; most browsers show no
/// answer that comes while they are still sending.
pub(crate) const UPLOAD_REQUEST_MAX_BYTES: usize = 32 * 1024 * 1024;
/// All fields of a form that are not files, together.
const TEXTS_MAX_BYTES: usize = 1024 * 1024;
const PARTS_MAX: usize = 2_000;

/// The layer of a route that takes forms with a file ([`SentForm`]). Elsewhere the shell's limit holds for every body.
pub const fn takes_files() -> DefaultBodyLimit {
    DefaultBodyLimit::max(UPLOAD_REQUEST_MAX_BYTES)
}

/// A form that may carry one file (`multipart/form-data`, RFC 7578). Its token has been checked.
#[derive(Clone, Debug, Default)]
pub struct SentForm {
    /// The fields that are not files.
    pub values: Values,
    /// The file, if one was chosen.
    pub file: Option<SentFile>,
}

/// A file as it was sent. It is held in memory and nowhere else; what it is called is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Whole(Vec<u8>),
    TooLarge { limit_bytes: usize },
}

/// What a page takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A PDF document (ISO 32000).
    Pdf,
    /// Text in UTF-8.
    Text,
    /// A picture: JPEG, PNG or WebP, by its first bytes. [`crate::clean_image`] makes of it what may be kept.
    Picture,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFlaw {
    /// It has no content.
    #[error("the file is empty")]
    Empty,
    /// It is larger than the page takes.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// It is something else, whatever it is called.
    #[error("the file is not of the kind {0:?}")]
    WrongKind(FileKind),
}

impl SentForm {
    /// Reads a form, and of a file at most so many bytes; a larger one is dropped while it comes. A form that came without
    /// room for a file (`application/x-www-form-urlencoded`) is read too.
    pub async fn read(request: Request, file_max_bytes: usize) -> Result<Self, Failure> {
        if !media_type(request.headers()).eq_ignore_ascii_case("multipart/form-data") {
            return Ok(Self { values: Values::from_request(request, &()).await?, file: None });
        }
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, &()).await;
        let read = Multipart::from_request(Request::from_parts(parts, body), &()).await;
        let mut multipart = read.map_err(|rejection| Failure::status(rejection.status()))?;
        let (mut pairs, mut file, mut texts_bytes) = (Vec::new(), None, 0);
        for _ in 0..PARTS_MAX {
            let Some(mut field) = multipart.next_field().await.map_err(|error| unreadable(&error))? else {
                let values = Values::from_pairs::<String, String>(pairs);
                return if values.token_fits(&visitor) { Ok(Self { values, file }) } else { Err(foreign()) };
            };
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_some() {
                let chosen = field.file_name() != Some("");
                file = SentFile::read(&mut field, file_max_bytes, chosen).await?.or(file);
            } else {
                let text = text(&mut field, TEXTS_MAX_BYTES.saturating_sub(texts_bytes)).await?;
                texts_bytes += name.len() + text.len();
                pairs.push((name, text));
            }
        }
        Err(Failure::status(axum::http::StatusCode::PAYLOAD_TOO_LARGE))
    }
}

impl SentFile {
    /// A file field in which nothing was chosen comes with no name and no content.
    async fn read(field: &mut Field<'_>, max_bytes: usize, chosen: bool) -> Result<Option<Self>, Failure> {
        let (mut bytes, mut too_large) = (Vec::new(), false);
        while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
            too_large |= bytes.len() + chunk.len() > max_bytes;
            if too_large {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        let content = if too_large { Content::TooLarge { limit_bytes: max_bytes } } else { Content::Whole(bytes) };
        let nothing = !chosen && content == Content::Whole(Vec::new());
        Ok((!nothing).then_some(Self { content }))
    }

    /// The content, if it is what the page takes. The kind is told by the content itself, never by a name.
    pub fn content(&self, kind: FileKind) -> Result<&[u8], FileFlaw> {
        match &self.content {
            Content::TooLarge { limit_bytes } => Err(FileFlaw::TooLarge { limit_bytes: *limit_bytes }),
            Content::Whole(bytes) if bytes.is_empty() => Err(FileFlaw::Empty),
            Content::Whole(bytes) if kind.is_of(bytes) => Ok(bytes),
            Content::Whole(_) => Err(FileFlaw::WrongKind(kind)),
        }
    }
}

impl FileKind {
    fn is_of(self, bytes: &[u8]) -> bool {
        match self {
            // Readers look for the mark within the first kilobyte (ISO 32000-1, annex H), and some scanners put bytes before it.
            Self::Pdf => bytes.get(..1024).unwrap_or(bytes).windows(5).any(|window| window == b"%PDF-"),
            Self::Picture => is_picture(bytes),
            Self::Text => std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')),
        }
    }

    /// What an `<input type="file">` offers first.
    pub const fn accept(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf,.pdf",
            Self::Picture => "image/jpeg,image/png,image/webp",
            Self::Text => "text/plain,text/csv,application/json,.txt,.csv,.json",
        }
    }
}

/// The marks of JPEG, PNG and WebP.
fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    webp || bytes.starts_with(b"\xFF\xD8\xFF") || bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

impl FileFlaw {
    /// One sentence for the page. `t` are the shell's words ([`crate::texts`]).
    pub fn sentence(self, t: &L10n) -> String {
        match self {
            Self::Empty => t.get("file-empty"),
            Self::TooLarge { limit_bytes } => t.with("file-too-large", [("limit", size(limit_bytes))]),
            Self::WrongKind(FileKind::Pdf) => t.get("file-not-pdf"),
            Self::WrongKind(FileKind::Text) => t.get("file-not-text"),
            Self::WrongKind(FileKind::Picture) => t.get("file-not-picture"),
        }
    }
}

fn size(bytes: usize) -> String {
    if bytes >= 1024 * 1024 { format!("{} MB", bytes / (1024 * 1024)) } else { format!("{} KB", bytes / 1024) }
}

async fn text(field: &mut Field<'_>, max_bytes: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if bytes.len() + chunk.len() > max_bytes {
            return Err(Failure::status(axum::http::StatusCode::PAYLOAD_TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Failure::status(axum::http::StatusCode::BAD_REQUEST))
}

/// The reader's message may quote what was sent, so the log gets only the kind of failure.
fn unreadable(error: &MultipartError) -> Failure {
    let status = error.status();
    if status.is_server_error() { Failure::of(Kind::Invalid) } else { Failure::status(status) }
}
