//! Several texts at once: laid end to end, so that no time is spent on filling up, and divided among the threads.

use std::sync::Mutex;

use transom_kernels::Cpu;

use crate::error::Error;
use crate::tokens::Tokens;

/// Tokens of a batch: enough for the products to be fast, few enough for the cache.
const BATCH: usize = 512;

/// The texts of one pass through the network.
pub(crate) struct Batch<'a> {
    pub texts: Vec<&'a Tokens>,
    /// Where each text begins, and at the end the number of all tokens.
    pub starts: Vec<usize>,
}

impl<'a> Batch<'a> {
    fn new(texts: Vec<&'a Tokens>) -> Self {
        let mut starts = vec![0];
        let mut total = 0;
        for text in &texts {
            total += text.ids.len();
            starts.push(total);
        }
        Self { texts, starts }
    }

    /// All tokens.
    pub(crate) fn tokens(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The tokens of one text.
    pub(crate) fn range(&self, text: usize) -> std::ops::Range<usize> {
        self.starts[text]..self.starts[text + 1]
    }
}

/// Calls `work` once for each text, on all threads.
pub(crate) fn each<T: Sync, R: Send>(
    cpu: &Cpu,
    texts: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let mut results: Vec<Option<Result<R, Error>>> = texts.iter().map(|_| None).collect();
    cpu.chunks(&mut results, 8, |index, results| {
        for (result, text) in results.iter_mut().zip(&texts[index * 8..]) {
            *result = Some(work(text));
        }
    });
    results.into_iter().flatten().collect()
}

/// Divides the texts into batches of similar length, calls `work` for each on all threads, and returns what it gave for each
/// text (`width` values) in the order of the texts.
pub(crate) fn run(
    cpu: &Cpu,
    texts: &[Tokens],
    width: usize,
    work: impl Fn(&Batch<'_>) -> Result<Vec<f32>, Error> + Sync,
) -> Result<Vec<Vec<f32>>, Error> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    // the longest first: what is left to the end is short, and the threads finish together
    order.sort_by_key(|index| std::cmp::Reverse(texts[*index].ids.len()));
    let total: usize = texts.iter().map(|text| text.ids.len()).sum();
    let most = BATCH.min(total.div_ceil(cpu.threads()));
    let batches = divide(texts, &order, most);
    let results = Mutex::new(Ok(vec![Vec::new(); texts.len()]));
    cpu.run(batches.len(), |number| {
        let indexes = batches[number];
        let done = work(&Batch::new(indexes.iter().map(|index| &texts[*index]).collect()));
        let mut results = results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match done {
            Ok(values) => {
                if let Ok(results) = &mut *results {
                    for (index, values) in indexes.iter().zip(values.chunks_exact(width.max(1))) {
                        results[*index] = values.to_vec();
                    }
                }
            }
            Err(error) => *results = Err(error),
        }
    });
    results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs of texts with at most `most` tokens; one that has more is a run of its own.
fn divide<'a>(texts: &[Tokens], order: &'a [usize], most: usize) -> Vec<&'a [usize]> {
    let mut batches = Vec::new();
    let (mut start, mut tokens) = (0, 0);
    for (place, index) in order.iter().enumerate() {
        let length = texts[*index].ids.len();
        if place > start && tokens + length > most {
            batches.push(&order[start..place]);
            (start, tokens) = (place, 0);
        }
        tokens += length;
    }
    if start < order.len() {
        batches.push(&order[start..]);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lengths: &[usize]) -> Vec<Tokens> {
        lengths
            .iter()
            .map(|length| Tokens { ids: vec![*length as u32; *length], segments: vec![0; *length] })
            .collect()
    }

    #[test]
    fn results_come_in_the_order_of_the_texts() {
        for threads in [1, 2] {
            let cpu = Cpu::new(threads);
            let texts = texts(&[3, 700, 1, 200, 200, 200, 9]);
            let results = run(&cpu, &texts, 1, |batch| {
                assert!(batch.texts.len() == 1 || batch.tokens() <= BATCH);
                Ok(batch.texts.iter().map(|text| text.ids[0] as f32).collect())
            });
            let results: Vec<f32> = results.unwrap().into_iter().flatten().collect();
            assert_eq!(results, [3.0, 700.0, 1.0, 200.0, 200.0, 200.0, 9.0]);
            assert!(run(&cpu, &[], 1, |_| Ok(Vec::new())).unwrap().is_empty());
            assert!(run(&cpu, &texts, 1, |_| Err(Error::Text("no".into()))).is_err());
        }
    }

    #[test]
    fn few_texts_still_occupy_every_thread() {
        let texts = texts(&[10, 10, 10, 10]);
        let count = std::sync::atomic::AtomicUsize::new(0);
        run(&Cpu::new(2), &texts, 1, |batch| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(vec![0.0; batch.texts.len()])
        })
        .unwrap();
        assert_eq!(count.into_inner(), 2);
    }
}
