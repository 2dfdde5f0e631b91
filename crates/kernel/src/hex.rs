use std::fmt;

/// Text that is not an even number of hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexError;

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an even number of hexadecimal digits")
    }
}

impl std::error::Error for HexError {}

/// Lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    out
}

/// The bytes of a hexadecimal text, either case.
pub fn from_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.ok_or(HexError)?;
    if digits.len() % 2 != 0 {
        return Err(HexError);
    }
    let byte = |pair: &[u32]| pair.iter().fold(0u8, |acc, &d| (acc << 4) | u8::try_from(d).unwrap_or(0));
    Ok(digits.chunks(2).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back_and_refuses_the_rest() {
        assert_eq!(to_hex(&[0, 255, 16]), "00ff10");
        assert_eq!(from_hex("00FF10").unwrap(), [0, 255, 16]);
        assert_eq!(from_hex("0"), Err(HexError));
        assert_eq!(from_hex("zz"), Err(HexError));
    }
}
