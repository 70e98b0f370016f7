//! When each word was said: the attention of some decoder heads follows the sound, so a monotonous path through it
//! (dynamic time warping) gives each token its place in time.

use crate::vocabulary::{Token, Vocabulary};

/// Width of the median filter over time, in steps of 20 ms.
const MEDIAN: usize = 7;
/// Punctuation that belongs to the word before.
const CLOSING: &str = "\"'.。,，!！?？:：”)]}、";
/// Punctuation that belongs to the word after.
const OPENING: &str = "\"'“¿([{-";

/// A word with its time in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The word with the space before it, if there is one.
    pub text: String,
    /// Begin.
    pub start: f32,
    /// End.
    pub end: f32,
}

/// Joins the attention of several heads (each `tokens x frames`, softmaxed over the frames) into one matrix: every
/// frame is compared between the tokens, smoothed over time, and averaged over the heads.
pub fn join_heads(heads: &[Vec<f32>], tokens: usize, frames: usize) -> Vec<f32> {
    let mut sum = vec![0.0; tokens * frames];
    for head in heads {
        let mut head = head.clone();
        for frame in 0..frames {
            let column = || (0..tokens).map(|token| token * frames + frame);
            let mean = column().map(|at| head[at]).sum::<f32>() / tokens as f32;
            let variance = column().map(|at| (head[at] - mean).powi(2)).sum::<f32>() / tokens as f32;
            let scale = 1.0 / variance.sqrt().max(1e-9);
            for at in column() {
                head[at] = (head[at] - mean) * scale;
            }
        }
        for (out, row) in sum.chunks_mut(frames.max(1)).zip(head.chunks(frames.max(1))) {
            median_filter(row).iter().zip(out).for_each(|(value, out)| *out += value);
        }
    }
    sum
}

/// The median of the values around each value; the row is mirrored at its ends.
fn median_filter(row: &[f32]) -> Vec<f32> {
    let (length, half) = (row.len() as isize, (MEDIAN / 2) as isize);
    if length <= half {
        return row.to_vec();
    }
    let mirrored = |at: isize| {
        let at = at.abs();
        row[(if at >= length { 2 * (length - 1) - at } else { at }) as usize]
    };
    let median = |at: isize| {
        let mut window: [f32; MEDIAN] = std::array::from_fn(|i| mirrored(at + i as isize - half));
        window.sort_by(f32::total_cmp);
        window[MEDIAN / 2]
    };
    (0..length).map(median).collect()
}

/// The frame at which each token begins, by the cheapest monotonous path through the negated matrix, and the frame
/// after the last.
pub fn begin_frames(matrix: &[f32], tokens: usize, frames: usize) -> Vec<usize> {
    if tokens == 0 || frames == 0 {
        return vec![0; tokens + 1];
    }
    let width = frames + 1;
    let mut cost = vec![f32::INFINITY; (tokens + 1) * width];
    let mut step = vec![0_u8; (tokens + 1) * width];
    cost[0] = 0.0;
    for token in 1..=tokens {
        for frame in 1..=frames {
            let at = token * width + frame;
            let ways = [cost[at - width - 1], cost[at - width], cost[at - 1]];
            let best = if ways[0] < ways[1] && ways[0] < ways[2] {
                0
            } else if ways[1] < ways[2] {
                1
            } else {
                2
            };
            cost[at] = ways[best] - matrix[(token - 1) * frames + frame - 1];
            step[at] = best as u8;
        }
    }
    let (mut token, mut frame) = (tokens, frames);
    let mut begins = vec![frames; tokens + 1];
    while token > 0 && frame > 0 {
        begins[token - 1] = frame - 1;
        match step[token * width + frame] {
            0 => (token, frame) = (token - 1, frame - 1),
            1 => token -= 1,
            _ => frame -= 1,
        }
    }
    begins[..token].fill(0);
    begins
}

/// A word before it has a time: its text, and how many tokens it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelled {
    /// The word with the space before it.
    pub text: String,
    /// How many tokens it takes.
    pub tokens: usize,
}

/// Groups tokens into words: at spaces, or at letters in languages that write none.
pub fn split_words(vocabulary: &Vocabulary, tokens: &[Token], language: &str) -> Vec<Spelled> {
    let spaceless = matches!(language, "zh" | "ja" | "th" | "lo" | "my" | "yue");
    let mut words: Vec<Spelled> = Vec::new();
    let (mut bytes, mut count) = (Vec::new(), 0);
    for token in tokens {
        bytes.extend_from_slice(vocabulary.bytes(*token));
        count += 1;
        // a letter may be spread over several tokens
        let Ok(piece) = std::str::from_utf8(&bytes) else { continue };
        let mark =
            piece.trim().chars().all(|letter| letter.is_ascii_punctuation()) && !piece.trim().is_empty();
        match words.last_mut() {
            Some(word) if !(spaceless || piece.starts_with(' ') || mark) => {
                word.text.push_str(piece);
                word.tokens += count;
            }
            _ => words.push(Spelled { text: piece.to_owned(), tokens: count }),
        }
        bytes.clear();
        count = 0;
    }
    if count > 0 {
        words.push(Spelled { text: String::from_utf8_lossy(&bytes).into_owned(), tokens: count });
    }
    join_punctuation(words)
}

fn join_punctuation(words: Vec<Spelled>) -> Vec<Spelled> {
    let only = |text: &str, set: &str| {
        !text.trim().is_empty() && text.trim().chars().all(|letter| set.contains(letter))
    };
    let mut joined: Vec<Spelled> = Vec::new();
    let mut opening: Option<Spelled> = None;
    for mut word in words {
        if let Some(mark) = opening.take() {
            word.text.insert_str(0, &mark.text);
            word.tokens += mark.tokens;
        }
        let closes = only(&word.text, CLOSING) && !word.text.starts_with(' ');
        match joined.last_mut() {
            Some(before) if closes => {
                before.text.push_str(&word.text);
                before.tokens += word.tokens;
            }
            _ if word.text.starts_with(' ') && only(&word.text, OPENING) => opening = Some(word),
            _ => joined.push(word),
        }
    }
    joined.extend(opening);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::sample;

    #[test]
    fn the_path_follows_the_sound() {
        // three tokens over twelve frames: 2, 6 and 4 of them
        let (tokens, frames) = (3, 12);
        let mut head = vec![-0.5; tokens * frames];
        for (token, range) in [(0, 0..2), (1, 2..8), (2, 8..12)] {
            range.for_each(|frame| head[token * frames + frame] = 0.9);
        }
        assert_eq!(begin_frames(&head, tokens, frames), [0, 2, 8, 12]);
        assert_eq!(begin_frames(&[], 2, 0), [0, 0, 0]);
        let joined = join_heads(&[head.clone(), head], tokens, frames);
        assert_eq!(begin_frames(&joined, tokens, frames)[2], 8);
    }

    #[test]
    fn medians() {
        assert_eq!(median_filter(&[1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0]), [1.0; 8]);
        assert_eq!(median_filter(&[5.0, 1.0]), [5.0, 1.0]);
    }

    #[test]
    fn words() {
        let vocabulary = sample();
        let words = split_words(&vocabulary, &[0, 1, 0, 2], "en");
        let texts: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.tokens)).collect();
        assert_eq!(texts, [("a", 1), (" ba", 2), (" cé", 1)]);
        assert_eq!(split_words(&vocabulary, &[0, 0], "zh").len(), 2);
        let spelled = |text: &str| Spelled { text: text.to_owned(), tokens: 1 };
        let joined = join_punctuation([" (", "a", ",", " b", "."].map(spelled).to_vec());
        assert_eq!(joined.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), [" (a,", " b."]);
    }
}
