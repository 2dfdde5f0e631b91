/// Draws the pages of a document as a person will see them. The pictures are what is agreed to; whoever doubts them draws the signed
/// document again with the program and the fineness that the statement names.
pub trait Renderer: Send + Sync {
    /// The program with its version.
    fn name(&self) -> &str;
    /// How finely it draws, in dots an inch.
    fn resolution(&self) -> u32;
    /// A picture in PNG of each page, in their order; more than [`crate::PAGES_MOST`] are refused.
    fn draw(&self, document: &[u8]) -> Result<Vec<Vec<u8>>, DrawError>;
}

/// Why there are no pictures.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The document cannot be drawn, or takes too much to draw.
    #[error("the document cannot be drawn")]
    Document,
    /// It has too many pages to look at.
    #[error("the document has too many pages")]
    TooMany,
    /// As many documents as may be are being drawn at this moment.
    #[error("too many documents are being drawn at this moment; try again in a minute")]
    Busy,
    /// The program cannot be run.
    #[error("the program that draws pages cannot be run: {0}")]
    Program(String),
}
