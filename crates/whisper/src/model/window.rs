//! A window that was listened to, and the texts that are being written about it.

use transom_kernels::{Activation, Attention, Cpu, Rows, ops};

use super::{
    Model,
    decoder::Layer,
    encoder::{FRAMES, add_layer},
    layers::apply,
};
use crate::{
    Result,
    search::{Continue, log_softmax},
    vocabulary::Token,
};

/// So many queries attend to the sound at a time: for more, the keys would be ordered anew, which takes longer.
const QUERIES: usize = 4;

/// What was heard, kept as keys and values, and the keys and values of the texts so far.
///
/// Texts share their beginnings: each row of the cache is one token at one place, and a text is a list of rows.
pub struct Window<'a> {
    model: &'a Model,
    /// For each layer, a key and a value for each frame.
    heard: Vec<Vec<f32>>,
    /// For each layer, rows of a key and a value each.
    written: Vec<Vec<f32>>,
    rows: usize,
    /// The rows of each text of the last call.
    texts: Vec<Vec<usize>>,
}

impl<'a> Window<'a> {
    pub(super) fn new(model: &'a Model, heard: &[f32]) -> Self {
        let layers = &model.decoder.layers;
        let heard =
            layers.iter().map(|layer| apply(&model.cpu, &layer.cross.kv, heard, Activation::None)).collect();
        Self { model, heard, written: vec![Vec::new(); layers.len()], rows: 0, texts: Vec::new() }
    }

    /// The likeliest language: its code, its token and how likely it is.
    ///
    /// # Errors
    /// Never at present; as all that runs the model.
    pub fn detect(&mut self) -> Result<(String, Token, f32)> {
        let vocabulary = &self.model.vocabulary;
        let (_, logits) = self.begin(&[vocabulary.start], 0)?;
        let languages = vocabulary.languages();
        let mut chances: Vec<f32> = languages
            .iter()
            .map(|(_, token)| logits.get(*token as usize).copied().unwrap_or(f32::NEG_INFINITY))
            .collect();
        log_softmax(&mut chances);
        let best = languages.iter().zip(&chances).max_by(|a, b| a.1.total_cmp(b.1));
        let english = || ("en".to_owned(), vocabulary.start + 1, 0.0);
        Ok(best.map_or_else(english, |((code, token), chance)| (code.clone(), *token, chance.exp())))
    }

    /// How the heads that follow the sound look at the first `frames` frames while the tokens from `first` on are
    /// read: a matrix of `tokens x frames` for each head.
    ///
    /// # Errors
    /// Never at present; as all that runs the model.
    pub fn attention(&mut self, tokens: &[Token], first: usize, frames: usize) -> Result<Vec<Vec<f32>>> {
        let decoder = &self.model.decoder;
        let frames = frames.min(FRAMES);
        let known = self.model.config.alignment_heads.iter().copied();
        let mut wanted: Vec<_> =
            known.filter(|(layer, head)| *layer < decoder.layers.len() && *head < decoder.heads).collect();
        if wanted.is_empty() {
            // which heads follow the sound is not known: the upper half does so on average
            let upper = decoder.layers.len() / 2..decoder.layers.len();
            wanted = upper.flat_map(|layer| (0..decoder.heads).map(move |head| (layer, head))).collect();
        }
        let mut matrices = Vec::new();
        self.read(tokens, |window, layer, q| {
            for (_, head) in wanted.iter().filter(|(of, _)| *of == layer) {
                matrices.push(window.look(layer, *head, &q[first * decoder.width..], frames));
            }
        });
        Ok(matrices)
    }

    /// The attention of one head to the sound.
    fn look(&self, layer: usize, head: usize, q: &[f32], frames: usize) -> Vec<f32> {
        let (decoder, cpu) = (&self.model.decoder, &self.model.cpu);
        let (width, size) = (decoder.width, decoder.width / decoder.heads);
        let scale = 1.0 / (size as f32).sqrt();
        let column = head * size;
        let mut matrix = vec![0.0; q.len() / width * frames];
        for (scores, q) in matrix.chunks_mut(frames.max(1)).zip(q.chunks(width)) {
            for (score, key) in scores.iter_mut().zip(self.heard[layer].chunks(2 * width)) {
                *score = scale * ops::dot(cpu, &q[column..column + size], &key[column..column + size]);
            }
            ops::softmax(cpu, scores, frames);
        }
        matrix
    }

    /// Reads a beginning; `see` is shown the queries to the sound of each layer. Gives the last rows.
    fn read(&mut self, tokens: &[Token], mut see: impl FnMut(&Self, usize, &[f32])) -> Vec<f32> {
        let model = self.model;
        let (decoder, cpu) = (&model.decoder, &model.cpu);
        self.written.iter_mut().for_each(Vec::clear);
        self.rows = tokens.len();
        self.texts = vec![(0..tokens.len()).collect()];
        let mut x = decoder.embed(tokens, |index| index);
        for (at, layer) in decoder.layers.iter().enumerate() {
            let qkv = apply(cpu, &layer.attention.qkv, &layer.attention.norm.of(cpu, &x), Activation::None);
            keep(&mut self.written[at], &qkv, decoder.width);
            let mut read = vec![0.0; x.len()];
            let part =
                |column: usize| Rows { values: &qkv[column * decoder.width..], stride: 3 * decoder.width };
            let attention = self.attention_of((part(0), part(1), part(2)), tokens.len(), tokens.len());
            Attention { causal: Some(0), ..attention }.run(cpu, &mut read);
            add_layer(cpu, &mut x, &layer.attention.out, &read);
            let q = self.listen(at, layer, &mut x);
            see(self, at, &q);
            layer.feed_forward.add_to(cpu, &mut x, decoder.activation);
        }
        x
    }

    /// Continues the texts by a token each. Gives the last rows.
    fn write(&mut self, tokens: &[Token]) -> Vec<f32> {
        let model = self.model;
        let (decoder, cpu) = (&model.decoder, &model.cpu);
        let width = decoder.width;
        let mut x = decoder.embed(tokens, |index| self.texts.get(index).map_or(0, |text| text.len() - 1));
        let mut own = Vec::new();
        for (at, layer) in decoder.layers.iter().enumerate() {
            let qkv = apply(cpu, &layer.attention.qkv, &layer.attention.norm.of(cpu, &x), Activation::None);
            keep(&mut self.written[at], &qkv, width);
            let mut read = vec![0.0; x.len()];
            for ((text, q), read) in self.texts.iter().zip(qkv.chunks(3 * width)).zip(read.chunks_mut(width))
            {
                own.clear();
                for row in text {
                    own.extend_from_slice(&self.written[at][row * 2 * width..(row + 1) * 2 * width]);
                }
                let part = |column: usize| Rows { values: &own[column * width..], stride: 2 * width };
                let q = Rows { values: &q[..width], stride: width };
                self.attention_of((q, part(0), part(1)), 1, text.len()).run(cpu, read);
            }
            add_layer(cpu, &mut x, &layer.attention.out, &read);
            self.listen(at, layer, &mut x);
            layer.feed_forward.add_to(cpu, &mut x, decoder.activation);
        }
        x
    }

    /// Adds what the sound says to the rows; gives the queries.
    fn listen(&self, at: usize, layer: &Layer, x: &mut [f32]) -> Vec<f32> {
        let (cpu, width) = (&self.model.cpu, self.model.decoder.width);
        let q = apply(cpu, &layer.cross.q, &layer.cross.norm.of(cpu, x), Activation::None);
        let mut said = vec![0.0; x.len()];
        let part = |column: usize| Rows { values: &self.heard[at][column * width..], stride: 2 * width };
        for (q, said) in q.chunks(QUERIES * width).zip(said.chunks_mut(QUERIES * width)) {
            let queries = q.len() / width;
            self.attention_of((Rows { values: q, stride: width }, part(0), part(1)), queries, FRAMES)
                .run(cpu, said);
        }
        add_layer(cpu, x, &layer.cross.out, &said);
        q
    }

    fn attention_of<'r>(
        &self,
        (q, k, v): (Rows<'r>, Rows<'r>, Rows<'r>),
        queries: usize,
        keys: usize,
    ) -> Attention<'r> {
        let decoder = &self.model.decoder;
        let width = decoder.width / decoder.heads;
        let scale = 1.0 / (width as f32).sqrt();
        Attention { q, k, v, queries, keys, heads: decoder.heads, width, scale, causal: None, bias: None }
    }

    fn cpu(&self) -> &'a Cpu {
        &self.model.cpu
    }
}

/// Keeps keys and values of a joint projection.
fn keep(written: &mut Vec<f32>, qkv: &[f32], width: usize) {
    for row in qkv.chunks(3 * width) {
        written.extend_from_slice(&row[width..]);
    }
}

impl Continue for Window<'_> {
    fn begin(&mut self, prompt: &[Token], asked: usize) -> Result<(Vec<f32>, Vec<f32>)> {
        let x = self.read(prompt, |_, _, _| {});
        let width = self.model.decoder.width;
        let row = |at: usize| &x[at * width..(at + 1) * width];
        let last = prompt.len() - 1;
        let mut logits = self.model.decoder.logits(self.cpu(), &[row(asked.min(last)), row(last)].concat());
        let second = logits.split_off(logits.len() / 2);
        Ok((logits, second))
    }

    fn next(&mut self, parents: &[usize], tokens: &[Token]) -> Result<Vec<f32>> {
        let first = self.rows;
        self.texts = parents
            .iter()
            .enumerate()
            .map(|(index, parent)| {
                let mut rows = self.texts.get(*parent).cloned().unwrap_or_default();
                rows.push(first + index);
                rows
            })
            .collect();
        self.rows += tokens.len();
        let x = self.write(tokens);
        Ok(self.model.decoder.logits(self.cpu(), &x))
    }
}
