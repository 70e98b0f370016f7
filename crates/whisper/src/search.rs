//! The search for the likeliest text: beams, or samples at a temperature.

use std::cmp::Ordering;

use crate::{
    Result,
    rules::Rules,
    vocabulary::{Token, Vocabulary},
};

/// Longest text of a window; the decoder has 448 places, half of them for the text before.
pub const LONGEST_TEXT: usize = 224;

/// Something that continues texts: the decoder, or a test.
pub trait Continue {
    /// Takes the beginning in; gives the logits after the token at `asked`, and after the last one.
    fn begin(&mut self, prompt: &[Token], asked: usize) -> Result<(Vec<f32>, Vec<f32>)>;
    /// Continues texts by one token each: the text `i` is the one that was `parents[i]` in the call before (0 at
    /// first), followed by `tokens[i]`. Gives the logits of what follows, one row after the other.
    fn next(&mut self, parents: &[usize], tokens: &[Token]) -> Result<Vec<f32>>;
}

/// How to search.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Beams, or samples of which the best is taken.
    pub width: usize,
    /// 0 for beams; above that, tokens are drawn.
    pub temperature: f32,
    /// Longest text in tokens.
    pub longest: usize,
    /// Where the drawing of tokens begins.
    pub seed: u64,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Text and times, without the end.
    pub tokens: Vec<Token>,
    /// Mean of the logarithms of the tokens' probabilities, the end counted.
    pub mean_logprob: f32,
    /// How likely nobody speaks.
    pub silence: f32,
}

#[derive(Clone, Debug, Default)]
struct Text {
    tokens: Vec<Token>,
    logprob: f32,
}

impl Text {
    /// Longer texts are less likely by their length alone.
    fn mean(&self) -> f32 {
        self.logprob / (self.tokens.len() + 1) as f32
    }

    fn with(&self, token: Token, logprob: f32) -> Self {
        let mut tokens = self.tokens.clone();
        tokens.push(token);
        Self { tokens, logprob }
    }
}

impl Search {
    /// Searches the text that follows `prompt`, in which the start stands at `start`.
    ///
    /// # Errors
    /// Those of the model.
    pub fn run(
        &self,
        model: &mut dyn Continue,
        vocabulary: &Vocabulary,
        rules: &Rules<'_>,
        prompt: &[Token],
        start: usize,
    ) -> Result<Found> {
        let (first, logits) = model.begin(prompt, start)?;
        let silence = probability(&first, vocabulary.silence);
        let best = if self.temperature > 0.0 {
            self.draw(model, vocabulary, rules, logits)?
        } else {
            self.beams(model, vocabulary, rules, logits)?
        };
        Ok(Found { mean_logprob: best.mean(), tokens: best.tokens, silence })
    }

    fn beams(
        &self,
        model: &mut dyn Continue,
        vocabulary: &Vocabulary,
        rules: &Rules<'_>,
        mut logits: Vec<f32>,
    ) -> Result<Text> {
        let mut live = vec![Text::default()];
        let mut done: Vec<Text> = Vec::new();
        for _ in 0..self.longest {
            let mut candidates = Vec::new();
            for (parent, (text, row)) in live.iter().zip(rows(&mut logits, live.len())).enumerate() {
                rules.apply(&text.tokens, row);
                log_softmax(row);
                for (token, logprob) in highest(row, self.width + 1) {
                    candidates.push((text.logprob + logprob, parent, token));
                }
            }
            candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (mut next, mut parents) = (Vec::new(), Vec::new());
            for (logprob, parent, token) in candidates {
                if token == vocabulary.end {
                    done.push(Text { tokens: live[parent].tokens.clone(), logprob });
                } else if next.len() < self.width {
                    next.push(live[parent].with(token, logprob));
                    parents.push(parent);
                }
                if next.len() == self.width {
                    break;
                }
            }
            live = next;
            if done.len() >= self.width || live.is_empty() {
                break;
            }
            logits = model.next(&parents, &last_tokens(&live))?;
        }
        // what has an end comes before what was cut off
        let best = |texts: Vec<Text>| texts.into_iter().max_by(|a, b| a.mean().total_cmp(&b.mean()));
        Ok(best(done).or_else(|| best(live)).unwrap_or_default())
    }

    fn draw(
        &self,
        model: &mut dyn Continue,
        vocabulary: &Vocabulary,
        rules: &Rules<'_>,
        mut logits: Vec<f32>,
    ) -> Result<Text> {
        let mut random = Random(self.seed | 1);
        let mut live = vec![Text::default()];
        let mut done: Vec<Text> = Vec::new();
        for step in 0..self.longest {
            let (mut next, mut parents) = (Vec::new(), Vec::new());
            for (parent, (text, row)) in live.iter().zip(rows(&mut logits, live.len())).enumerate() {
                rules.apply(&text.tokens, row);
                log_softmax(row);
                // the only beginning branches into all samples
                for _ in 0..if step == 0 { self.width } else { 1 } {
                    let token = random.pick(row, self.temperature);
                    let logprob = text.logprob + row[token as usize];
                    if token == vocabulary.end {
                        done.push(Text { tokens: text.tokens.clone(), logprob });
                    } else {
                        next.push(text.with(token, logprob));
                        parents.push(parent);
                    }
                }
            }
            live = next;
            if live.is_empty() {
                break;
            }
            logits = model.next(&parents, &last_tokens(&live))?;
        }
        done.extend(live);
        Ok(done.into_iter().max_by(|a, b| a.mean().total_cmp(&b.mean())).unwrap_or_default())
    }
}

fn rows(logits: &mut [f32], count: usize) -> std::slice::ChunksMut<'_, f32> {
    let width = logits.len() / count.max(1);
    logits.chunks_mut(width.max(1))
}

fn last_tokens(texts: &[Text]) -> Vec<Token> {
    texts.iter().filter_map(|text| text.tokens.last().copied()).collect()
}

/// Turns logits into logarithms of probabilities.
pub(crate) fn log_softmax(row: &mut [f32]) {
    let peak = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if peak == f32::NEG_INFINITY {
        return;
    }
    let sum: f32 = row.iter().map(|value| (value - peak).exp()).sum();
    let shift = peak + sum.ln();
    row.iter_mut().for_each(|value| *value -= shift);
}

/// The probability of one token.
fn probability(logits: &[f32], token: Token) -> f32 {
    let mut row = logits.to_vec();
    log_softmax(&mut row);
    row.get(token as usize).map_or(0.0, |value| value.exp())
}

/// The highest values with their places, highest first; impossible ones are left out.
fn highest(row: &[f32], count: usize) -> Vec<(Token, f32)> {
    let mut best: Vec<(Token, f32)> = Vec::with_capacity(count + 1);
    for (token, value) in (0..).zip(row.iter().copied()) {
        let beaten = best.last().is_some_and(|(_, lowest)| value <= *lowest);
        if value == f32::NEG_INFINITY || value.is_nan() || (best.len() == count && beaten) {
            continue;
        }
        let place = best.partition_point(|(_, other)| other.total_cmp(&value) != Ordering::Less);
        best.insert(place, (token, value));
        best.truncate(count);
    }
    best
}

/// A small generator (xorshift64*): the same recording gives the same text each time.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn unit(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// A token by its probability at a temperature, given logarithms of probabilities.
    fn pick(&mut self, row: &[f32], temperature: f32) -> Token {
        let peak = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |value: &f32| ((value - peak) / temperature).exp();
        let mut left = self.unit() * row.iter().map(weight).sum::<f32>();
        let mut last = 0;
        for (token, value) in (0..).zip(row) {
            let part = weight(value);
            if part > 0.0 {
                last = token;
                left -= part;
                if left < 0.0 {
                    break;
                }
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::sample;

    /// Follows a table: what comes after which last token.
    struct Table(Vec<Vec<f32>>, usize, Vec<Vec<Token>>);

    impl Table {
        fn row(&self, token: Token) -> Vec<f32> {
            self.0[token as usize].clone()
        }
    }

    impl Continue for Table {
        fn begin(&mut self, prompt: &[Token], asked: usize) -> Result<(Vec<f32>, Vec<f32>)> {
            self.2 = vec![Vec::new()];
            Ok((self.row(prompt[asked]), self.row(prompt[prompt.len() - 1])))
        }

        fn next(&mut self, parents: &[usize], tokens: &[Token]) -> Result<Vec<f32>> {
            self.1 += 1;
            self.2 = parents
                .iter()
                .zip(tokens)
                .map(|(parent, token)| [&self.2[*parent][..], &[*token]].concat())
                .collect();
            Ok(tokens.iter().flat_map(|token| self.row(*token)).collect())
        }
    }

    fn table(vocabulary: &Vocabulary) -> Table {
        let count = vocabulary.len();
        let row = |chances: &[(Token, f32)]| {
            let mut row = vec![-30.0; count];
            chances.iter().for_each(|(token, chance)| row[*token as usize] = chance.ln());
            row
        };
        let mut rows = vec![row(&[]); count];
        // the likelier beginning has the unlikelier continuation
        rows[vocabulary.start as usize] = row(&[(0, 0.6), (1, 0.4), (vocabulary.silence, 0.1)]);
        rows[0] = row(&[(2, 0.3), (vocabulary.end, 0.25), (1, 0.25), (0, 0.2)]);
        rows[1] = row(&[(2, 0.97), (vocabulary.end, 0.03)]);
        rows[2] = row(&[(vocabulary.end, 0.99), (0, 0.01)]);
        Table(rows, 0, Vec::new())
    }

    fn search(width: usize, temperature: f32) -> Found {
        let vocabulary = sample();
        let rules = Rules::new(&vocabulary, &[], &[], false);
        let search = Search { width, temperature, longest: 10, seed: 7 };
        search.run(&mut table(&vocabulary), &vocabulary, &rules, &[vocabulary.start], 0).unwrap()
    }

    #[test]
    fn beams_look_further_than_the_next_token() {
        assert_eq!(search(1, 0.0).tokens, [0, 2]);
        let found = search(3, 0.0);
        assert_eq!(found.tokens, [1, 2]);
        assert!((found.mean_logprob - (0.4_f32 * 0.97 * 0.99).ln() / 3.0).abs() < 1e-3);
        assert!((found.silence - 0.1 / 1.1).abs() < 1e-3);
    }

    #[test]
    fn samples_are_likely_and_repeatable() {
        let found = search(5, 0.5);
        assert_eq!(found.tokens, search(5, 0.5).tokens);
        assert!(!found.tokens.is_empty() && found.mean_logprob > -2.0);
    }

    #[test]
    fn highest_values() {
        assert_eq!(highest(&[1.0, 3.0, f32::NEG_INFINITY, 2.0, 3.0], 3), [(1, 3.0), (4, 3.0), (3, 2.0)]);
        assert!(highest(&[f32::NEG_INFINITY], 2).is_empty());
    }
}
