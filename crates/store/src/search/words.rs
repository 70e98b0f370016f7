//! From text to the terms it is found by, the same for every engine.
//!
//! Words of scripts that put blanks between them are terms as they are, without case and accents. Runs of scripts that
//! do not (Chinese, Japanese, Korean, Thai, ...) and of pictograms become pairs of neighbouring letters, and their last
//! letter alone. A query finds words by their beginning and runs by their pairs in order.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a text that are looked at; what comes later in a longer one is not found.
const MOST_LETTERS: usize = 64 * 1024;
/// Letters of a term; a longer word is found by its beginning.
const LONGEST: usize = 40;
/// Terms of a query; more do not make it more exact.
const MOST_TERMS: usize = 16;

/// A condition of a query; all of them must hold in one message or title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A term that begins like this.
    Prefix(String),
    /// This very term.
    Exact(String),
    /// These terms one after the other.
    Phrase(Vec<String>),
}

/// The terms of a text in their order.
#[must_use]
pub fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let letters = text.chars().take(MOST_LETTERS);
    runs(letters, |run| match run {
        Run::Word(word) => terms.push(word.iter().take(LONGEST).collect()),
        Run::Unspaced(run) => {
            terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            terms.extend(run.last().map(char::to_string));
        }
    });
    terms
}

/// What a query asks for; empty when it holds nothing that can be found.
pub(crate) fn conditions(query: &str) -> Vec<Condition> {
    let mut conditions = Vec::new();
    runs(query.chars().take(1024), |run| {
        conditions.push(match run {
            Run::Word([letter]) if letter.is_ascii_alphanumeric() => Condition::Exact(letter.to_string()),
            Run::Word(word) => Condition::Prefix(word.iter().take(LONGEST).collect()),
            Run::Unspaced([letter]) => Condition::Prefix(letter.to_string()),
            Run::Unspaced(run) => {
                Condition::Phrase(run.windows(2).map(|pair| pair.iter().collect()).collect())
            }
        });
    });
    conditions.truncate(MOST_TERMS);
    conditions
}

/// Letters that belong together.
enum Run<'a> {
    Word(&'a [char]),
    Unspaced(&'a [char]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Unspaced,
    Between,
}

fn runs(letters: impl Iterator<Item = char>, mut found: impl FnMut(Run<'_>)) {
    let mut run = Vec::new();
    let mut class = Class::Between;
    let mut end = |run: &mut Vec<char>, class| {
        match class {
            Class::Word => found(Run::Word(run)),
            Class::Unspaced => found(Run::Unspaced(run)),
            Class::Between => {}
        }
        run.clear();
    };
    for letter in folded(letters) {
        let next = class_of(letter);
        if next != class {
            end(&mut run, class);
            class = next;
        }
        if next != Class::Between {
            run.push(letter);
        }
    }
    end(&mut run, class);
}

/// Letters without case, accents and typographic variants. Only the accents of European scripts go: elsewhere, as in か
/// and が, a mark makes another letter.
pub(crate) fn folded(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let accent = |letter: &char| !matches!(letter, '\u{300}'..='\u{36f}');
    letters.nfkd().filter(accent).nfc().flat_map(char::to_lowercase).flat_map(|letter| {
        let pair = match letter {
            'ß' => ['s', 's'],
            'æ' => ['a', 'e'],
            'œ' => ['o', 'e'],
            'ø' => ['o', '\0'],
            'đ' => ['d', '\0'],
            'ł' => ['l', '\0'],
            'ı' => ['i', '\0'],
            other => [other, '\0'],
        };
        pair.into_iter().filter(|letter| *letter != '\0')
    })
}

fn class_of(letter: char) -> Class {
    match letter {
        '0'..='9' | 'a'..='z' => Class::Word,
        '\0'..='\u{7f}' => Class::Between,
        // Thai to Myanmar and Khmer; Hangul; kana; ideographs; pictograms.
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{3130}'..='\u{318f}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3ffff}' => {
            if matches!(letter, '\u{30a0}' | '\u{30fb}') {
                Class::Between
            } else {
                Class::Unspaced
            }
        }
        letter if letter.is_alphanumeric() || is_combining_mark(letter) => Class::Word,
        _ => Class::Between,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_and_accents() {
        assert_eq!(terms("Crème BRÛLÉE, naïve—Straße"), ["creme", "brulee", "naive", "strasse"]);
        assert_eq!(terms("Ёлка Łódź ﬁne ＡＢＣ x_1"), ["елка", "lodz", "fine", "abc", "x", "1"]);
    }

    #[test]
    fn unspaced_scripts_become_pairs() {
        assert_eq!(terms("青石桥 ok"), ["青石", "石桥", "桥", "ok"]);
        assert_eq!(terms("がくせいです"), ["がく", "くせ", "せい", "いで", "です", "す"]);
        assert_eq!(terms("ｶﾀｶﾅ"), ["カタ", "タカ", "カナ", "ナ"]);
        assert_eq!(terms("v2版"), ["v2", "版"]);
    }

    #[test]
    fn queries_become_conditions() {
        use Condition::{Exact, Phrase, Prefix};
        assert_eq!(
            conditions("Note 青石桥 桥 c"),
            [
                Prefix("note".into()),
                Phrase(vec!["青石".into(), "石桥".into()]),
                Prefix("桥".into()),
                Exact("c".into())
            ]
        );
        assert_eq!(conditions(" -- %_* \"'() "), []);
        assert_eq!(conditions("🎉"), [Prefix("🎉".into())]);
    }

    #[test]
    fn no_text_makes_endless_terms() {
        assert_eq!(terms(&"a".repeat(1_000_000)), ["a".repeat(LONGEST)]);
        assert_eq!(conditions(&"word ".repeat(500)).len(), MOST_TERMS);
    }
}
