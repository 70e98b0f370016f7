use std::cell::RefCell;

use crate::cpu::{Cpu, Level, Shared};
use crate::math::{self, LANES};
use crate::pack::WIDTH;
use crate::tile::{ROWS, Tile, interleave};
use crate::versions::versions;

/// Queries that one thread works on at a time, a multiple of [`ROWS`].
const BLOCK: usize = 96;
/// Up to so many queries the keys are read where they lie: ordering them anew would cost more than it saves.
const FEW: usize = 4;
/// Products below which one thread is faster than several.
const SMALL: usize = 1 << 16;

/// Rows of equal length in a larger matrix: one part of a joint projection, or a cache.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The values, from the first of the first row on.
    pub values: &'a [f32],
    /// From the beginning of one row to that of the next.
    pub stride: usize,
}

/// Attention of one sequence: for each head, `softmax(scale · q·kᵀ + bias)·v`. Head `h` has the columns `h * width` to
/// `(h + 1) * width` of each row.
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// Queries, `queries` rows.
    pub q: Rows<'a>,
    /// Keys, `keys` rows.
    pub k: Rows<'a>,
    /// Values, `keys` rows.
    pub v: Rows<'a>,
    /// How many queries there are.
    pub queries: usize,
    /// How many keys there are.
    pub keys: usize,
    /// How many heads there are.
    pub heads: usize,
    /// Values of a head in each row.
    pub width: usize,
    /// Usually `1 / sqrt(width)`.
    pub scale: f32,
    /// With `Some(n)` query `i` sees the keys 0 to `n + i` only: `n` keys were there before the first query.
    pub causal: Option<usize>,
    /// Is added to the scores before the softmax: for each head, for each query, one value for each key.
    pub bias: Option<&'a [f32]>,
}

#[derive(Default)]
struct Scratch {
    k: Vec<f32>,
    v: Vec<f32>,
    scores: Vec<f32>,
    rows: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Attention<'_> {
    /// Writes the result, `queries` rows of `heads * width` values.
    ///
    /// # Panics
    /// When a matrix is too short for its shape, or `out` has another length.
    pub fn run(&self, cpu: &Cpu, out: &mut [f32]) {
        let row = self.heads * self.width;
        assert_eq!(out.len(), self.queries * row, "result of attention");
        if out.is_empty() {
            return;
        }
        if self.keys == 0 {
            out.fill(0.0);
            return;
        }
        for (rows, count) in [(self.q, self.queries), (self.k, self.keys), (self.v, self.keys)] {
            assert!(rows.values.len() >= (count - 1) * rows.stride + row, "input of attention");
        }
        assert!(self.bias.is_none_or(|bias| bias.len() == self.heads * self.queries * self.keys), "bias");
        let blocks = if self.queries <= FEW { 1 } else { self.queries.div_ceil(BLOCK) };
        let place = Shared(out.as_mut_ptr());
        let task = |index: usize| {
            let (head, block) = (index / blocks, index % blocks);
            // SAFETY: the lengths were checked above, and each task has a head and queries of its own.
            unsafe {
                if self.queries <= FEW {
                    self.few(cpu.level(), head, place.get());
                } else {
                    self.block(cpu.level(), head, block * BLOCK, place.get());
                }
            }
        };
        if row * self.queries * self.keys < SMALL {
            (0..self.heads * blocks).for_each(task);
        } else {
            cpu.run(self.heads * blocks, task);
        }
    }

    /// How many keys query `i` sees.
    fn seen(&self, query: usize) -> usize {
        self.causal.map_or(self.keys, |before| (before + query + 1).min(self.keys))
    }

    fn bias(&self, head: usize, query: usize) -> &[f32] {
        self.bias.map_or(&[], |bias| &bias[(head * self.queries + query) * self.keys..][..self.keys])
    }

    /// # Safety
    /// `out` points to the whole result; nobody else uses the columns of this head meanwhile.
    unsafe fn few(&self, level: Level, head: usize, out: *mut f32) {
        let (column, row) = (head * self.width, self.heads * self.width);
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.scores.resize(self.keys, 0.0);
            for query in 0..self.queries {
                let seen = self.seen(query);
                let scores = &mut scratch.scores[..seen];
                let q = &self.q.values[query * self.q.stride + column..][..self.width];
                score(level, q, &self.k.values[column..], self.k.stride, self.scale, scores);
                weights(level, scores, seen, self.bias(head, query));
                // SAFETY: these columns of this row are the task's own.
                let sum =
                    unsafe { std::slice::from_raw_parts_mut(out.add(query * row + column), self.width) };
                sum.fill(0.0);
                weigh(level, scores, &self.v.values[column..], self.v.stride, sum);
            }
        });
    }

    /// # Safety
    /// `out` points to the whole result; nobody else uses the columns of this head in the queries of this block meanwhile.
    unsafe fn block(&self, level: Level, head: usize, first: usize, out: *mut f32) {
        let (column, row) = (head * self.width, self.heads * self.width);
        let queries = BLOCK.min(self.queries - first);
        let keys = self.seen(first + queries - 1);
        let stride = keys.next_multiple_of(WIDTH);
        SCRATCH.with_borrow_mut(|scratch| {
            pack_keys(&self.k.values[column..], self.k.stride, keys, self.width, &mut scratch.k);
            pack_values(&self.v.values[column..], self.v.stride, keys, self.width, &mut scratch.v);
            scratch.scores.resize(ROWS * stride, 0.0);
            scratch.rows.resize(ROWS * keys.max(self.width), 0.0);
            for start in (0..queries).step_by(ROWS) {
                let (query, rows) = (first + start, ROWS.min(queries - start));
                let q = &self.q.values[query * self.q.stride + column..];
                interleave(q, self.q.stride, rows, self.width, self.scale, &mut scratch.rows);
                for (panel, b) in scratch.k.chunks_exact(self.width * WIDTH).enumerate() {
                    let tile = Tile { rows, depth: self.width, a: &scratch.rows, b };
                    // SAFETY: `scores` has ROWS rows of `stride` values, a whole number of panels.
                    unsafe { tile.write(level, scratch.scores[panel * WIDTH..].as_mut_ptr(), stride, false) };
                }
                for (i, scores) in scratch.scores.chunks_exact_mut(stride).take(rows).enumerate() {
                    weights(level, &mut scores[..keys], self.seen(query + i), self.bias(head, query + i));
                }
                interleave(&scratch.scores, stride, rows, keys, 1.0, &mut scratch.rows);
                for (panel, b) in scratch.v.chunks_exact(keys * WIDTH).enumerate() {
                    let tile = Tile { rows, depth: keys, a: &scratch.rows, b };
                    let columns = WIDTH.min(self.width - panel * WIDTH);
                    // SAFETY: the columns of the head in these rows are the task's own.
                    unsafe {
                        let place = out.add(query * row + column + panel * WIDTH);
                        tile.write_part(level, place, row, false, columns);
                    }
                }
            }
        });
    }
}

/// The keys as panels: outputs are keys, inputs are the values of a key.
fn pack_keys(from: &[f32], stride: usize, keys: usize, width: usize, to: &mut Vec<f32>) {
    to.clear();
    to.resize(keys.div_ceil(WIDTH) * width * WIDTH, 0.0);
    for (panel, to) in to.chunks_exact_mut(width * WIDTH).enumerate() {
        for column in 0..WIDTH.min(keys - panel * WIDTH) {
            let key = &from[(panel * WIDTH + column) * stride..][..width];
            for (value, place) in key.iter().zip(to[column..].iter_mut().step_by(WIDTH)) {
                *place = *value;
            }
        }
    }
}

/// The values as panels: outputs are the columns of a value, inputs are keys.
fn pack_values(from: &[f32], stride: usize, keys: usize, width: usize, to: &mut Vec<f32>) {
    to.clear();
    to.resize(width.div_ceil(WIDTH) * keys * WIDTH, 0.0);
    for (panel, to) in to.chunks_exact_mut(keys * WIDTH).enumerate() {
        let columns = WIDTH.min(width - panel * WIDTH);
        for (key, place) in to.chunks_exact_mut(WIDTH).enumerate() {
            place[..columns].copy_from_slice(&from[key * stride + panel * WIDTH..][..columns]);
        }
    }
}

versions! {
    /// Scores to weights: the first `seen` take part.
    fn weights(scores: &mut [f32], seen: usize, bias: &[f32]) = weights_body;
    /// The scores of one query.
    fn score(q: &[f32], keys: &[f32], stride: usize, scale: f32, scores: &mut [f32]) = score_body;
    /// Adds the weighted values to `sum`.
    fn weigh(weights: &[f32], values: &[f32], stride: usize, sum: &mut [f32]) = weigh_body;
}

#[inline(always)]
fn weights_body<const FMA: bool>(scores: &mut [f32], seen: usize, bias: &[f32]) {
    let (seen, hidden) = scores.split_at_mut(seen);
    if !bias.is_empty() {
        seen.iter_mut().zip(bias).for_each(|(score, bias)| *score += *bias);
    }
    math::softmax::<FMA>(seen);
    hidden.fill(0.0);
}

#[inline(always)]
fn score_body<const FMA: bool>(q: &[f32], keys: &[f32], stride: usize, scale: f32, scores: &mut [f32]) {
    for (index, score) in scores.iter_mut().enumerate() {
        *score = scale * math::dot::<FMA>(q, &keys[index * stride..][..q.len()]);
    }
}

#[inline(always)]
fn weigh_body<const FMA: bool>(weights: &[f32], values: &[f32], stride: usize, sum: &mut [f32]) {
    // some columns at a time, which stay in registers over all keys
    let (whole, rest) = sum.as_chunks_mut::<LANES>();
    let tail = whole.len() * LANES;
    for (part, sum) in whole.iter_mut().enumerate() {
        for (index, weight) in weights.iter().enumerate() {
            let value = &values[index * stride + part * LANES..][..LANES];
            for i in 0..LANES {
                sum[i] = math::fma::<FMA>(*weight, value[i], sum[i]);
            }
        }
    }
    for (i, sum) in rest.iter_mut().enumerate() {
        for (index, weight) in weights.iter().enumerate() {
            *sum += *weight * values[index * stride + tail + i];
        }
    }
}
