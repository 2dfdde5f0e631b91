use std::error::Error;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::Value;

type Failure = Box<dyn Error + Sync + Send>;

/// The type a parameter is declared as. Left to itself the server takes `41 + $1` for INT4; a null it may guess.
pub(super) fn declared(value: &Value) -> Type {
    match value {
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
        Value::Bool(_) => Type::BOOL,
        Value::Null => Type::UNKNOWN,
    }
}

/// A number for the declared type; statements are cached by it.
pub(super) const fn code(value: &Value) -> u128 {
    match value {
        Value::Null => 1,
        Value::Int(_) => 2,
        Value::Text(_) => 3,
        Value::Bytes(_) => 4,
        Value::Bool(_) => 5,
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT8 => out.extend_from_slice(&number.to_be_bytes()),
            Self::Int(number) if *ty == Type::INT4 => out.extend_from_slice(&i32::try_from(*number)?.to_be_bytes()),
            Self::Int(number) if *ty == Type::INT2 => out.extend_from_slice(&i16::try_from(*number)?.to_be_bytes()),
            Self::Text(text) if is_text(ty) => out.extend_from_slice(text.as_bytes()),
            Self::Bytes(bytes) if *ty == Type::BYTEA => out.extend_from_slice(bytes),
            Self::Bool(flag) if *ty == Type::BOOL => out.extend_from_slice(&[u8::from(*flag)]),
            other => return Err(format!("a parameter is {} where {ty} is wanted", other.type_name()).into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        match *ty {
            Type::INT8 => Ok(Self::Int(i64::from_be_bytes(raw.try_into()?))),
            Type::INT4 => Ok(Self::Int(i64::from(i32::from_be_bytes(raw.try_into()?)))),
            Type::INT2 => Ok(Self::Int(i64::from(i16::from_be_bytes(raw.try_into()?)))),
            Type::BOOL => Ok(Self::Bool(raw == [1])),
            Type::BYTEA => Ok(Self::Bytes(raw.to_vec())),
            Type::NUMERIC => whole_number(raw).map(Self::Int).ok_or_else(|| "a NUMERIC that is not an INT64".into()),
            _ => Ok(Self::Text(std::str::from_utf8(raw)?.to_owned())),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        is_text(ty) || matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA | Type::NUMERIC)
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

/// `sum()` of INT64 is a NUMERIC: four 16-bit words (digits, weight of the first, sign, scale), then digits to the base
/// 10,000 (`numeric_send` in PostgreSQL's `numeric.c`).
fn whole_number(raw: &[u8]) -> Option<i64> {
    let words: Vec<u16> = raw.chunks(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_be_bytes).collect();
    let [count, weight, sign, _scale, digits @ ..] = words.as_slice() else { return None };
    let weight = i16::from_be_bytes(weight.to_be_bytes());
    let mut total: i128 = 0;
    for position in 0..=weight {
        let digit = digits.get(usize::try_from(position).ok()?).copied().unwrap_or(0);
        total = total.checked_mul(10_000)?.checked_add(i128::from(digit))?;
    }
    let whole = i32::from(*count) <= i32::from(weight) + 1;
    let signed = match *sign {
        0x0000 => total,
        0x4000 => -total,
        _ => return None,
    };
    if whole { i64::try_from(signed).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn a_sum_is_read_when_it_is_a_whole_number() {
        assert_eq!(whole_number(&numeric(&[2, 1, 0, 0, 12, 3456])), Some(123_456));
        assert_eq!(whole_number(&numeric(&[1, 1, 0x4000, 0, 12])), Some(-120_000));
        assert_eq!(whole_number(&numeric(&[0, 0, 0, 0])), Some(0));
        assert_eq!(whole_number(&numeric(&[2, 0, 0, 1, 12, 5000])), None, "12.5");
        assert_eq!(whole_number(&numeric(&[0, 0, 0xc000, 0])), None, "NaN");
    }

    #[test]
    fn a_number_that_does_not_fit_the_column_is_refused() {
        let mut out = BytesMut::new();
        assert!(Value::Int(1 << 40).to_sql(&Type::INT4, &mut out).is_err());
        assert!(Value::from("x").to_sql(&Type::INT8, &mut out).is_err());
    }
}
