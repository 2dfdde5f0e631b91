use kernel::{from_hex, to_hex};

/// The last line of a signed statement begins like this.
const MARK: &str = "signature: ";

/// A deletion statement and its signature in one file, as `lionrock statement sign --output` writes it: the exact text, then one
/// line with the signature in hexadecimal. The signature covers the text before that line, its last line break included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    /// The exact text.
    pub text: String,
    /// The Ed25519 signature, 64 bytes.
    pub signature: Vec<u8>,
}

impl SignedStatement {
    /// The content of the file.
    pub fn file(&self) -> String {
        let text = self.text.trim_end_matches('\n');
        format!("{text}\n{MARK}{}\n", to_hex(&self.signature))
    }

    /// Reads a file, whatever its editor made of line ends; nothing when it is none. Whether the signature fits is not asked here.
    pub fn parse(file: &str) -> Option<Self> {
        let file = file.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let (text, last) = file.trim_end().rsplit_once('\n')?;
        let signature = from_hex(last.strip_prefix(MARK)?.trim()).ok().filter(|bytes| bytes.len() == 64)?;
        let text = text.trim_end_matches('\n');
        (!text.is_empty()).then(|| Self { text: format!("{text}\n"), signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back_and_anything_else_is_none() {
        let signed = SignedStatement { text: "one\ntwo\n".into(), signature: vec![7; 64] };
        let file = signed.file();
        assert_eq!(file, format!("one\ntwo\nsignature: {}\n", "07".repeat(64)));
        for as_saved in [file.clone(), file.replace('\n', "\r\n"), format!("\u{feff}{file}"), file.trim_end().to_owned()] {
            assert_eq!(SignedStatement::parse(&as_saved), Some(signed.clone()));
        }
        let short = file.replace("0707\n", "07\n");
        let letters = file.replace("07", "zz");
        for wrong in ["", "one\ntwo\n", &"07".repeat(64), &short, &letters, &format!("signature: {}", "07".repeat(64))] {
            assert_eq!(SignedStatement::parse(wrong), None, "{wrong}");
        }
    }
}
