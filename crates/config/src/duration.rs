//! Durations of the contract: `-1` or `0` for "without end", else one or more `<number><unit>` that are summed.

use std::time::Duration;

/// Units by name, in seconds; longer names first so that `ms` is not read as `m`.
const UNITS: [(&str, f64); 6] =
    [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0), ("d", 86_400.0), ("w", 604_800.0)];

/// Reads a duration. `None`: not a duration. `Some(None)`: without end (`-1` or `0`).
///
/// ```
/// use std::time::Duration;
/// assert_eq!(transom_config::duration::parse("1d12h"), Some(Some(Duration::from_secs(129_600))));
/// assert_eq!(transom_config::duration::parse("-1"), Some(None));
/// assert_eq!(transom_config::duration::parse("soon"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Option<Duration>> {
    let text = text.trim();
    if text == "-1" || text == "0" {
        return Some(None);
    }
    if text.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = first_part(rest)?;
        seconds += part;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).ok().map(Some)
}

/// Seconds of the first `<number><unit>`, and the text after it.
fn first_part(text: &str) -> Option<(f64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, after) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let (unit, factor) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
    Some((number * factor, after.get(unit.len()..)?))
}
