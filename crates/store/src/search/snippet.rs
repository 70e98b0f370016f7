//! The part of a message that shows why it was found.

use super::words::{Condition, folded};

/// Letters before the place that was found.
const BEFORE: usize = 40;
/// Letters of a snippet.
const LENGTH: usize = 160;

/// The text around the first place that fits a condition; the beginning when none is found as it stands.
pub(crate) fn snippet(text: &str, conditions: &[Condition]) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut plain = Vec::with_capacity(letters.len());
    for (index, letter) in letters.iter().enumerate() {
        plain.extend(folded(std::iter::once(*letter)).map(|folded| (folded, index)));
    }
    let first = conditions.iter().filter_map(|condition| find(&plain, &needle(condition))).min().unwrap_or(0);
    let start = first.saturating_sub(BEFORE);
    // Not in the middle of a word, where there is a blank to begin after.
    let start = match letters[start..first].iter().position(|letter| letter.is_whitespace()) {
        Some(blank) if start > 0 => start + blank + 1,
        _ => start,
    };
    let end = (start + LENGTH).min(letters.len());
    let middle: String = letters[start..end].iter().collect();
    let middle = middle.split_whitespace().collect::<Vec<_>>().join(" ");
    let before = if start > 0 { "…" } else { "" };
    let after = if end < letters.len() { "…" } else { "" };
    format!("{before}{middle}{after}")
}

fn needle(condition: &Condition) -> Vec<char> {
    match condition {
        Condition::Prefix(term) | Condition::Exact(term) => term.chars().collect(),
        // Pairs overlap: the first one whole, then the second letter of each.
        Condition::Phrase(pairs) => {
            let mut pairs = pairs.iter();
            let first = pairs.next().map(|pair| pair.chars().collect()).unwrap_or_default();
            pairs.fold(first, |mut letters: Vec<char>, pair| {
                letters.extend(pair.chars().nth(1));
                letters
            })
        }
    }
}

/// Where the letters stand, at the beginning of a word if they do.
fn find(plain: &[(char, usize)], needle: &[char]) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let here = |at: &usize| plain[*at..].iter().zip(needle).all(|((a, _), b)| a == b);
    let begins = |at: &usize| *at == 0 || !plain[*at - 1].0.is_alphanumeric();
    let places = || (0..(plain.len() + 1).saturating_sub(needle.len())).filter(here);
    places().find(begins).or_else(|| places().next()).map(|at| plain[at].1)
}

#[cfg(test)]
mod tests {
    use super::super::words::conditions;
    use super::*;

    #[test]
    fn the_place_is_shown() {
        let long = format!("{} The Crème is in the fridge. {}", "word ".repeat(100), "more ".repeat(100));
        let shown = snippet(&long, &conditions("creme"));
        assert!(
            shown.starts_with("…word") && shown.contains("The Crème is in") && shown.ends_with('…'),
            "{shown}"
        );
        assert!(shown.chars().count() <= LENGTH + 2);
        assert_eq!(snippet("第三只石狮子\n的名字", &conditions("石狮")), "第三只石狮子 的名字");
        assert_eq!(snippet("short", &conditions("absent")), "short");
        assert_eq!(snippet("", &conditions("a")), "");
    }
}
