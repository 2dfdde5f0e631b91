//! Forms with a file (RFC 7578). Read here because it is forty lines; a file is held in memory, within the shell's limit.

/// The fields and the one file of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) file: Option<Vec<u8>>,
}

/// Reads a `multipart/form-data` body; nothing when it is not one.
pub(crate) fn parse(content_type: &str, body: &[u8]) -> Option<Upload> {
    let boundary = content_type.split(';').find_map(|piece| piece.trim().strip_prefix("boundary="))?.trim_matches('"');
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let first = format!("--{boundary}").into_bytes();
    let mut rest = body.strip_prefix(first.as_slice())?;
    let mut upload = Upload::default();
    loop {
        if rest.starts_with(b"--") {
            return Some(upload);
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let end = find(part, &delimiter)?;
        let (this, after) = (part.get(..end)?, part.get(end + delimiter.len()..)?);
        take(this, &mut upload)?;
        rest = after;
    }
}

fn take(part: &[u8], upload: &mut Upload) -> Option<()> {
    let end = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(part.get(..end)?).ok()?;
    let content = part.get(end + 4..)?;
    let disposition = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let name = parameter(disposition, "name")?;
    if parameter(disposition, "filename").is_some() {
        // A file field that was left empty comes with an empty name and no bytes.
        upload.file = (!content.is_empty()).then(|| content.to_vec());
    } else {
        upload.fields.push((name, String::from_utf8(content.to_vec()).ok()?));
    }
    Some(())
}

fn parameter(line: &str, name: &str) -> Option<String> {
    let pieces = line.split(';').map(str::trim);
    let value = pieces.filter_map(|piece| piece.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(value.trim_matches('"').to_owned())
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=XX";

    #[test]
    fn fields_and_a_file_are_told_apart() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\x00\r\n--X\xff\r\n--XX--\r\n";
        let upload = parse(KIND, body).unwrap();
        assert_eq!(upload.fields, [("a".to_owned(), "1\r\n2".to_owned())]);
        assert_eq!(upload.file.unwrap(), b"\x00\r\n--X\xff");
    }

    #[test]
    fn an_empty_file_is_none_and_a_cut_body_is_refused() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--XX--\r\n";
        assert_eq!(parse(KIND, body), Some(Upload::default()));
        for cut in 0..body.len() - 4 {
            assert_eq!(parse(KIND, body.get(..cut).unwrap()), None, "{cut}");
        }
        assert_eq!(parse("multipart/form-data", body), None);
        assert_eq!(parse("multipart/form-data; boundary=", body), None);
    }
}
