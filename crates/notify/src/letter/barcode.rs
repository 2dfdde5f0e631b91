//! Code 128 (ISO/IEC 15417), character set C: two digits a symbol, as every hand scanner reads it.

/// Widths of bars and spaces in modules, from value 0 to 105, as the standard's table 1 gives them.
const SYMBOLS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312", "231212", "112232",
    "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122",
    "321221", "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311",
    "211313", "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113",
    "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422",
    "121124", "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111",
    "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141", "214121",
    "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412",
    "211214", "211232",
];
const START_C: usize = 105;
const STOP: &str = "2331112";

/// The bars of an even number of digits: where each begins and how wide it is, in modules, and how wide the whole is.
pub(super) fn bars(digits: &str) -> Option<(Vec<(u16, u16)>, u16)> {
    let pairs: Vec<usize> = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok()?.parse().ok()).collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let weighted: usize = pairs.iter().zip(1..).map(|(value, place)| value * place).sum();
    let check = (START_C + weighted) % 103;
    let symbols = [START_C].into_iter().chain(pairs).chain([check]).map(|value| SYMBOLS.get(value).copied());
    let (mut bars, mut at) = (Vec::new(), 0);
    for symbol in symbols.chain([Some(STOP)]) {
        for (place, width) in symbol?.bytes().map(|byte| u16::from(byte - b'0')).enumerate() {
            if place % 2 == 0 {
                bars.push((at, width));
            }
            at += width;
        }
    }
    Some((bars, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads bars back to digits, as a scanner does.
    fn read(bars: &[(u16, u16)], whole: u16) -> String {
        let mut edges: Vec<u16> = bars.iter().flat_map(|(at, width)| [*at, at + width]).collect();
        assert_eq!(edges.pop(), Some(whole));
        edges.push(whole);
        let widths: Vec<String> = edges.windows(2).map(|pair| (pair[1] - pair[0]).to_string()).collect();
        let values: Vec<usize> = widths[..widths.len() - 7]
            .chunks(6)
            .map(|symbol| SYMBOLS.iter().position(|known| **known == symbol.concat()).unwrap())
            .collect();
        assert_eq!((values[0], widths[widths.len() - 7..].concat().as_str()), (START_C, STOP));
        let body = &values[1..values.len() - 1];
        let sum: usize = body.iter().zip(1..).map(|(value, place)| value * place).sum();
        assert_eq!(values[values.len() - 1], (START_C + sum) % 103);
        body.iter().map(|value| format!("{value:02}")).collect::<Vec<_>>().concat()
    }

    #[test]
    fn what_is_written_reads_back() {
        for digits in ["000000000000", "123456789012", "999900010203"] {
            let (bars, whole) = bars(digits).unwrap();
            assert_eq!(whole, 11 * 8 + 13);
            assert_eq!(read(&bars, whole), digits);
        }
        assert_eq!((bars("123"), bars("12x4")), (None, None));
    }

    #[test]
    fn the_table_is_whole() {
        let widths = |symbol: &str| symbol.bytes().map(|byte| u32::from(byte - b'0')).collect::<Vec<_>>();
        for symbol in SYMBOLS {
            let widths = widths(symbol);
            assert_eq!((widths.len(), widths.iter().sum::<u32>()), (6, 11), "{symbol}");
            // In this code the bars of a symbol are an even number of modules wide.
            assert_eq!(widths.iter().step_by(2).sum::<u32>() % 2, 0, "{symbol}");
        }
        let different: std::collections::BTreeSet<_> = SYMBOLS.into_iter().collect();
        assert_eq!(different.len(), SYMBOLS.len());
        // Figure 1 of the standard's users: "PJJ123C" in set B; its start is value 104.
        assert_eq!((SYMBOLS[104], SYMBOLS[48], SYMBOLS[42]), ("211214", "313121", "112133"));
    }
}
