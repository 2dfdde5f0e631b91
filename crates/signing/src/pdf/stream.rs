//! The bytes of a stream: only what tables and packed objects of a PDF are written with.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::PdfError;
use super::object::{Dict, Object};

/// A stream may grow to so many bytes.
const GROWN_MOST: u64 = 32 << 20;

/// Unpacks a stream.
pub fn unpack(dict: &Dict, raw: &[u8]) -> Result<Vec<u8>, PdfError> {
    let filter = match dict.get("Filter") {
        None | Some(Object::Null) => return Ok(raw.to_vec()),
        Some(Object::Array(filters)) => match filters.as_slice() {
            [] => return Ok(raw.to_vec()),
            [one] => one,
            _ => return Err(PdfError::Unknown("a filter")),
        },
        Some(one) => one,
    };
    if *filter != Object::name("FlateDecode") {
        return Err(PdfError::Unknown("a filter"));
    }
    let mut out = Vec::new();
    ZlibDecoder::new(raw).take(GROWN_MOST + 1).read_to_end(&mut out).map_err(|_| PdfError::Broken("a stream cannot be unpacked"))?;
    if out.len() as u64 > GROWN_MOST {
        return Err(PdfError::TooBig);
    }
    let parameters = match dict.get("DecodeParms") {
        Some(Object::Array(parameters)) => parameters.first().and_then(Object::dict),
        Some(other) => other.dict(),
        None => None,
    };
    match parameters {
        Some(parameters) => unpredict(parameters, &out),
        None => Ok(out),
    }
}

/// Undoes the prediction of PNG (ISO 32000-1, 7.4.4.4) for bytes, which is how tables are written.
fn unpredict(parameters: &Dict, packed: &[u8]) -> Result<Vec<u8>, PdfError> {
    let predictor = parameters.integer("Predictor").unwrap_or(1);
    if predictor == 1 {
        return Ok(packed.to_vec());
    }
    let eight = parameters.integer("BitsPerComponent").is_none_or(|bits| bits == 8);
    let one = parameters.integer("Colors").is_none_or(|colours| colours == 1);
    let columns = usize::try_from(parameters.integer("Columns").unwrap_or(1)).ok().filter(|columns| (1..=4096).contains(columns));
    let (Some(columns), true) = (columns, predictor >= 10 && eight && one) else { return Err(PdfError::Unknown("a predictor")) };
    let mut out: Vec<u8> = Vec::with_capacity(packed.len());
    let mut above = vec![0; columns];
    for line in packed.chunks_exact(columns + 1) {
        let Some((kind, line)) = line.split_first() else { break };
        let mut row: Vec<u8> = Vec::with_capacity(columns);
        for (at, (byte, up)) in line.iter().zip(&above).enumerate() {
            let left = at.checked_sub(1).and_then(|at| row.get(at)).copied().unwrap_or(0);
            let corner = at.checked_sub(1).and_then(|at| above.get(at)).copied().unwrap_or(0);
            row.push(byte.wrapping_add(predicted(*kind, left, *up, corner)?));
        }
        out.extend(&row);
        above = row;
    }
    Ok(out)
}

fn predicted(kind: u8, left: u8, up: u8, corner: u8) -> Result<u8, PdfError> {
    Ok(match kind {
        0 => 0,
        1 => left,
        2 => up,
        3 => u8::midpoint(left, up),
        4 => paeth(left, up, corner),
        _ => return Err(PdfError::Broken("a row is predicted badly")),
    })
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |one: u8| (guess - i16::from(one)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}
