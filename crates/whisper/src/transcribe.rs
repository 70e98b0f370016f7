//! From a recording to text: window by window, each beginning where the one before knew the text to end.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use flate2::{Compression, write::ZlibEncoder};

use crate::{
    Result, WhisperError,
    align::{self, Word},
    model::{Model, Window},
    rules::Rules,
    search::{Found, LONGEST_TEXT, Search},
    vad::{Condensed, RATE},
    vocabulary::Token,
};

/// Samples of a window: 30 s.
pub const WINDOW: usize = 30 * RATE;
/// Temperatures that are tried until a text is good enough.
const TEMPERATURES: [f32; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
/// A window moves on by this much at least, in samples: half a second.
const LEAST_STEP: usize = RATE / 2;
/// Tokens of the text before that the next window is told: with them and the signs, the longest text has its place.
const MOST_BEFORE: usize = LONGEST_TEXT - 8;
/// Above this temperature a text is not told to the next window.
const SURE: f32 = 0.5;

/// How to transcribe. The default is what faster-whisper does.
#[derive(Clone, Debug)]
pub struct Options {
    /// Code of the spoken language (`en`); none to detect it.
    pub language: Option<String>,
    /// Translate into English instead of writing what is said.
    pub translate: bool,
    /// Beams, and samples at temperatures above 0.
    pub beams: usize,
    /// Leave silence out before listening.
    pub skip_silence: bool,
    /// Tell each window the text of the one before.
    pub remember: bool,
    /// Let the model write times, by which long recordings are cut. Without, a text goes to the end of its window.
    pub times: bool,
    /// Give each word its time.
    pub words: bool,
    /// A text that compresses better than this repeats itself, and is tried again.
    pub most_compressed: f32,
    /// A text less likely than this is tried again.
    pub least_logprob: f32,
    /// Nobody speaks when the model is surer of that than this, and of the text less than of `least_logprob`.
    pub silence: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: None,
            translate: false,
            beams: 5,
            skip_silence: false,
            remember: true,
            times: true,
            words: false,
            most_compressed: 2.4,
            least_logprob: -1.0,
            silence: 0.6,
        }
    }
}

/// A stretch of text.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    /// Begin in seconds.
    pub start: f32,
    /// End in seconds.
    pub end: f32,
    /// What was said.
    pub text: String,
    /// The words, when asked for.
    pub words: Vec<Word>,
    tokens: Vec<Token>,
}

/// What was said in a recording.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// Code of the language.
    pub language: String,
    /// How sure that is: 1 when it was given.
    pub language_probability: f32,
    /// Length of the recording in seconds.
    pub duration: f32,
    /// The text in order.
    pub segments: Vec<Segment>,
}

impl Transcript {
    /// All of the text.
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect::<String>().trim().to_owned()
    }
}

impl Model {
    /// Transcribes samples of one channel at 16 kHz, from -1 to 1. `stop` ends it early when set.
    ///
    /// # Errors
    /// [`WhisperError::Language`] and [`WhisperError::Stopped`].
    pub fn transcribe(&self, samples: &[f32], options: &Options, stop: &AtomicBool) -> Result<Transcript> {
        let condensed = options.skip_silence.then(|| Condensed::new(samples));
        let heard = condensed.as_ref().map_or(samples, |condensed| &condensed.samples);
        let mut transcript = Listener { model: self, options, stop, before: Vec::new() }.run(heard)?;
        transcript.duration = samples.len() as f32 / RATE as f32;
        if let Some(condensed) = condensed {
            for segment in &mut transcript.segments {
                (segment.start, segment.end) =
                    (condensed.original(segment.start), condensed.original(segment.end));
                for word in &mut segment.words {
                    (word.start, word.end) = (condensed.original(word.start), condensed.original(word.end));
                }
            }
        }
        Ok(transcript)
    }
}

/// One pass over a recording.
struct Listener<'a> {
    model: &'a Model,
    options: &'a Options,
    stop: &'a AtomicBool,
    /// The text so far, as far as the next window is told of it.
    before: Vec<Token>,
}

impl Listener<'_> {
    fn run(&mut self, samples: &[f32]) -> Result<Transcript> {
        let mut transcript = Transcript::default();
        let mut at = 0;
        let known = self.known_language()?;
        if let Some((code, _)) = &known {
            transcript.language = code.clone();
            transcript.language_probability = 1.0;
        }
        let mut language = known.map(|(_, token)| token);
        while at < samples.len() {
            self.check()?;
            let length = WINDOW.min(samples.len() - at);
            let mut window = self.model.listen(&samples[at..at + length]);
            let spoken = match language {
                Some(token) => token,
                None => {
                    let (code, token, probability) = window.detect()?;
                    (transcript.language, transcript.language_probability) = (code, probability);
                    *language.insert(token)
                }
            };
            let start = self.signs(spoken);
            let (found, temperature) = self.search(&mut window, &start)?;
            let silent =
                found.silence > self.options.silence && found.mean_logprob <= self.options.least_logprob;
            let step = if silent {
                length
            } else {
                let (mut segments, step) = self.cut(&found.tokens, length);
                if self.options.words {
                    self.time_words(&mut window, &mut segments, &start, length, &transcript.language)?;
                }
                self.keep(&mut transcript, segments, at);
                step
            };
            if temperature > SURE || !self.options.remember {
                self.before.clear();
            }
            at += step.max(LEAST_STEP);
        }
        Ok(transcript)
    }

    fn check(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(WhisperError::Stopped) } else { Ok(()) }
    }

    /// The language that was asked for, or the only one.
    fn known_language(&self) -> Result<Option<(String, Token)>> {
        let vocabulary = &self.model.vocabulary;
        let code = match &self.options.language {
            _ if !self.model.multilingual() => "en",
            Some(code) if !code.is_empty() => code,
            _ => return Ok(None),
        };
        // browsers name a region too: en-US
        let code = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let token = vocabulary.language(&code).ok_or_else(|| WhisperError::Language(code.clone()))?;
        Ok(Some((code, token)))
    }

    /// Start, language and task.
    fn signs(&self, language: Token) -> Vec<Token> {
        let vocabulary = &self.model.vocabulary;
        if !self.model.multilingual() {
            return vec![vocabulary.start];
        }
        let task = if self.options.translate { vocabulary.translate } else { vocabulary.transcribe };
        vec![vocabulary.start, language, task]
    }

    /// Tries one temperature after the other until the text is good enough.
    fn search(&self, window: &mut Window<'_>, start: &[Token]) -> Result<(Found, f32)> {
        let vocabulary = &self.model.vocabulary;
        let config = &self.model.config;
        let rules =
            Rules::new(vocabulary, &config.suppress_ids, &config.suppress_ids_begin, self.options.times);
        let mut prompt = Vec::new();
        if !self.before.is_empty() {
            prompt.push(vocabulary.previous);
            prompt.extend(&self.before[self.before.len().saturating_sub(MOST_BEFORE)..]);
        }
        let at = prompt.len();
        prompt.extend(start);
        if !self.options.times {
            prompt.push(vocabulary.no_times);
        }
        let mut last = (Found::default(), 0.0);
        for (seed, temperature) in (1..).zip(TEMPERATURES) {
            self.check()?;
            let width = self.options.beams.clamp(1, 16);
            let search = Search { width, temperature, longest: LONGEST_TEXT, seed };
            let found = search.run(window, vocabulary, &rules, &prompt, at)?;
            let silent = found.silence > self.options.silence;
            let repeats = compression(&vocabulary.text(&found.tokens)) > self.options.most_compressed;
            let unsure = found.mean_logprob < self.options.least_logprob;
            last = (found, temperature);
            if (!repeats && !unsure) || (silent && unsure) {
                break;
            }
        }
        Ok(last)
    }

    /// Cuts a text at its times, in seconds from the window's begin, and says by how many samples to move on.
    fn cut(&self, tokens: &[Token], length: usize) -> (Vec<Segment>, usize) {
        let vocabulary = &self.model.vocabulary;
        let is_time = |at: usize| tokens.get(at).is_some_and(|token| vocabulary.is_time(*token));
        let seconds = length as f32 / RATE as f32;
        let segment = |part: &[Token], start: f32, end: f32| Segment {
            start,
            end: end.min(seconds),
            text: vocabulary.text(part),
            words: Vec::new(),
            tokens: part.iter().copied().filter(|token| vocabulary.is_text(*token)).collect(),
        };
        // two times in a row: one piece ends, the next begins
        let mut ends: Vec<usize> = (1..tokens.len()).filter(|at| is_time(at - 1) && is_time(*at)).collect();
        let count = tokens.len();
        let closed = count >= 2 && is_time(count - 1) && !is_time(count - 2);
        if ends.is_empty() {
            let last = tokens.iter().rev().find(|token| vocabulary.is_time(**token));
            let end = last.map(|token| vocabulary.time(*token)).filter(|end| *end > 0.0).unwrap_or(seconds);
            let start = if is_time(0) { vocabulary.time(tokens[0]) } else { 0.0 };
            let start = if start < end { start } else { 0.0 };
            return (vec![segment(tokens, start, end)], length);
        }
        if closed {
            ends.push(count);
        }
        let mut segments = Vec::new();
        let mut begin = 0;
        for end in &ends {
            let part = &tokens[begin..*end];
            if let (Some(first), Some(last)) = (part.first(), part.last()) {
                segments.push(segment(part, vocabulary.time(*first), vocabulary.time(*last)));
            }
            begin = *end;
        }
        // what is said after the last pair may go on behind the window
        let last = tokens.get(begin.saturating_sub(1)).map_or(0.0, |token| vocabulary.time(*token));
        let step = if closed { length } else { ((last * RATE as f32) as usize).min(length) };
        (segments, step)
    }

    fn keep(&mut self, transcript: &mut Transcript, segments: Vec<Segment>, at: usize) {
        let offset = at as f32 / RATE as f32;
        for mut segment in segments {
            if segment.text.trim().is_empty() {
                continue;
            }
            segment.start += offset;
            segment.end = (segment.end + offset).max(segment.start);
            for word in &mut segment.words {
                (word.start, word.end) = (word.start + offset, word.end + offset);
            }
            self.before.extend(&segment.tokens);
            transcript.segments.push(segment);
        }
    }

    /// Gives each word of a window its time, in seconds from the window's begin.
    fn time_words(
        &self,
        window: &mut Window<'_>,
        segments: &mut [Segment],
        start: &[Token],
        length: usize,
        language: &str,
    ) -> Result<()> {
        let vocabulary = &self.model.vocabulary;
        let text: Vec<Token> = segments.iter().flat_map(|segment| segment.tokens.iter().copied()).collect();
        let frames = length.div_ceil(RATE / 50).clamp(1, WINDOW / (RATE / 50));
        if text.is_empty() {
            return Ok(());
        }
        // the last row is for the end of the text: it takes the sound after the last word
        let prompt: Vec<Token> = start.iter().chain([&vocabulary.no_times]).chain(&text).copied().collect();
        let heads = window.attention(&prompt, start.len(), frames)?;
        let rows = text.len() + 1;
        let begins = align::begin_frames(&align::join_heads(&heads, rows, frames), rows, frames);
        let time = |token: usize| begins.get(token).copied().unwrap_or(frames) as f32 * 0.02;
        let mut at = 0;
        for segment in segments {
            for word in align::split_words(vocabulary, &segment.tokens, language) {
                // before a pause the path may wander off; the piece knows better
                let within = |seconds: f32| seconds.max(segment.start).min(segment.end.max(segment.start));
                let (start, end) = (within(time(at)), within(time(at + word.tokens)));
                segment.words.push(Word { text: word.text, start, end });
                at += word.tokens;
            }
        }
        Ok(())
    }
}

/// How much smaller a text becomes: texts that repeat themselves, much.
fn compression(text: &str) -> f32 {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    match packed.write_all(text.as_bytes()).and_then(|()| packed.finish()) {
        Ok(packed) if !packed.is_empty() => text.len() as f32 / packed.len() as f32,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::compression;

    #[test]
    fn repetitions_compress() {
        assert!(compression(&"and then ".repeat(30)) > 2.4);
        assert!(compression("The harbour bell rings at seven.") < 1.2);
        assert_eq!(compression(""), 0.0);
    }
}
