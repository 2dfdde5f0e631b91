use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{Failure, Page};

impl Page {
    /// Writes a picture of the whole page, PNG.
    pub fn screenshot(&self, path: &Path) -> Result<(), Failure> {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = bytes(&self.call("Page.captureScreenshot", &wanted)?)?;
        Ok(std::fs::write(path, picture)?)
    }

    /// The page as it prints on A4: a tagged PDF.
    pub fn pdf(&self) -> Result<Vec<u8>, Failure> {
        let a4 = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "generateTaggedPDF": true, "printBackground": false });
        bytes(&self.call("Page.printToPDF", &a4)?)
    }
}

fn bytes(answer: &Value) -> Result<Vec<u8>, Failure> {
    let data = answer
        .get("data")
        .and_then(Value::as_str)
        .ok_or(Failure::Answer("data"))?;
    STANDARD.decode(data).map_err(|_| Failure::Answer("base64"))
}
