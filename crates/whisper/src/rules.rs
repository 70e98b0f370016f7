//! Which tokens may come next.
//!
//! The rules are those of the Whisper paper (arXiv 2212.04356, section 4.5): a text begins with a time, times come in
//! pairs except before the end, they do not go back, and a time is forced when all times together are likelier than
//! the likeliest text.

use crate::vocabulary::{Token, Vocabulary};

/// The first time may lie this many steps after the beginning of the window: 1 s.
const LATEST_START: Token = 50;

/// The rules for one window.
pub struct Rules<'a> {
    vocabulary: &'a Vocabulary,
    /// Never written, ascending.
    never: Vec<Token>,
    /// Not written first.
    not_first: Vec<Token>,
    times: bool,
}

impl<'a> Rules<'a> {
    /// `never` and `not_first` come from the configuration of the model; `times` asks for tokens of time.
    pub fn new(vocabulary: &'a Vocabulary, never: &[Token], not_first: &[Token], times: bool) -> Self {
        // signs are no text, whichever the configuration names
        let signs = vocabulary.end + 1..vocabulary.first_time;
        let mut never: Vec<Token> =
            never.iter().copied().filter(|token| *token != vocabulary.end).chain(signs).collect();
        if !times {
            never.extend(vocabulary.first_time..=vocabulary.last_time());
        }
        Self { vocabulary, never, not_first: not_first.to_vec(), times }
    }

    /// Sets the logits of tokens that may not follow `written` to minus infinity.
    pub fn apply(&self, written: &[Token], logits: &mut [f32]) {
        for token in &self.never {
            forbid(logits, *token..*token + 1);
        }
        // rows of padding after the last token
        forbid(logits, self.vocabulary.len() as Token..logits.len() as Token);
        if written.is_empty() {
            for token in &self.not_first {
                forbid(logits, *token..*token + 1);
            }
        }
        if self.times {
            self.order_times(written, logits);
            self.prefer_times(logits);
        }
    }

    fn order_times(&self, written: &[Token], logits: &mut [f32]) {
        let vocabulary = self.vocabulary;
        let (end, first, last) = (vocabulary.end, vocabulary.first_time, vocabulary.last_time());
        let mut backwards = written.iter().rev();
        let after_time = backwards.next().is_some_and(|token| vocabulary.is_time(*token));
        let before = backwards.next().is_none_or(|token| vocabulary.is_time(*token));
        if written.is_empty() {
            forbid(logits, 0..first);
            forbid(logits, first + LATEST_START + 1..last + 1);
            return;
        }
        if after_time && before {
            forbid(logits, first..last + 1);
        } else if after_time {
            forbid(logits, 0..end);
        }
        if let Some(latest) = written.iter().rev().find(|token| vocabulary.is_time(**token)) {
            // the end of a piece is later than its beginning; the next piece may begin where it ended
            let lowest = if after_time && !before { *latest } else { *latest + 1 };
            forbid(logits, first..lowest);
        }
    }

    fn prefer_times(&self, logits: &mut [f32]) {
        let Some((text, times)) = logits.split_at_mut_checked(self.vocabulary.first_time as usize) else {
            return;
        };
        let highest = |values: &[f32]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (text_peak, time_peak) = (highest(text), highest(times));
        if time_peak == f32::NEG_INFINITY {
            return;
        }
        let sum: f32 = times.iter().map(|value| (value - time_peak).exp()).sum();
        if time_peak + sum.ln() > text_peak {
            text.fill(f32::NEG_INFINITY);
        }
    }
}

fn forbid(logits: &mut [f32], tokens: std::ops::Range<Token>) {
    let end = logits.len().min(tokens.end as usize);
    if let Some(part) = logits.get_mut(tokens.start as usize..end) {
        part.fill(f32::NEG_INFINITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::sample;

    fn allowed(rules: &Rules<'_>, written: &[Token]) -> Vec<Token> {
        let mut logits = vec![0.0; rules.vocabulary.len() + 3];
        // so high that the times together do not win by their number
        logits[..4].fill(20.0);
        rules.apply(written, &mut logits);
        (0..).zip(&logits).filter(|(_, value)| value.is_finite()).map(|(token, _)| token).collect()
    }

    #[test]
    fn times_are_in_order() {
        let vocabulary = sample();
        let rules = Rules::new(&vocabulary, &[1], &[0], true);
        let zero = vocabulary.first_time;
        assert_eq!(allowed(&rules, &[]), (zero..=zero + 50).collect::<Vec<_>>());
        // after the first time: text, or nothing at all
        assert_eq!(allowed(&rules, &[zero + 5])[..3], [0, 2, vocabulary.end]);
        assert!(allowed(&rules, &[zero + 5]).iter().all(|token| !vocabulary.is_time(*token)));
        // after text: text, or a later time
        let next = allowed(&rules, &[zero + 5, 0]);
        assert!(next.contains(&2) && next.contains(&(zero + 6)) && !next.contains(&(zero + 5)));
        // after a closing time: the end, or a beginning at the same time or later
        let next = allowed(&rules, &[zero + 5, 0, zero + 9]);
        assert_eq!(next[..2], [vocabulary.end, zero + 9]);
        // after a pair: text
        let next = allowed(&rules, &[zero + 5, 0, zero + 9, zero + 9]);
        assert!(next.contains(&0) && !next.iter().any(|token| vocabulary.is_time(*token)));
    }

    #[test]
    fn likely_times_win() {
        let vocabulary = sample();
        let rules = Rules::new(&vocabulary, &[], &[], true);
        let mut logits = vec![0.0; vocabulary.len()];
        logits[0] = 2.0;
        rules.apply(&[vocabulary.first_time, 0], &mut logits);
        assert!(logits[..vocabulary.first_time as usize].iter().all(|value| value.is_infinite()));
    }

    #[test]
    fn without_times() {
        let vocabulary = sample();
        let rules = Rules::new(&vocabulary, &[1, vocabulary.end], &[0], false);
        assert_eq!(allowed(&rules, &[]), [2, vocabulary.end]);
        assert_eq!(allowed(&rules, &[2]), [0, 2, vocabulary.end]);
    }
}
