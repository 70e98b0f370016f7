use transom_kernels::{Attention, Rows};

use crate::{Numbers, close, cpus};

/// Attention in the plainest words; the arguments' fields mean what they mean there.
fn plain(a: &Attention<'_>) -> Vec<f64> {
    let mut out = vec![0.0; a.queries * a.heads * a.width];
    for head in 0..a.heads {
        for query in 0..a.queries {
            let seen = a.causal.map_or(a.keys, |before| (before + query + 1).min(a.keys));
            let score = |key: usize| {
                let dot: f64 = (0..a.width)
                    .map(|i| {
                        let column = head * a.width + i;
                        f64::from(a.q.values[query * a.q.stride + column])
                            * f64::from(a.k.values[key * a.k.stride + column])
                    })
                    .sum();
                let bias = a.bias.map_or(0.0, |bias| bias[(head * a.queries + query) * a.keys + key]);
                (dot * f64::from(a.scale) + f64::from(bias)).exp()
            };
            let weights: Vec<f64> = (0..seen).map(score).collect();
            let total: f64 = weights.iter().sum();
            for i in 0..a.width {
                let column = head * a.width + i;
                let sum: f64 = weights
                    .iter()
                    .enumerate()
                    .map(|(k, w)| w * f64::from(a.v.values[k * a.v.stride + column]))
                    .sum();
                out[query * a.heads * a.width + column] = sum / total;
            }
        }
    }
    out
}

#[test]
fn attention_is_the_plain_one() {
    for cpu in cpus() {
        // queries, keys, heads, width
        for (queries, keys, heads, width) in [
            (1, 1, 1, 1),
            (1, 77, 6, 64),
            (3, 9, 2, 16),
            (5, 40, 2, 20),
            (62, 62, 12, 32),
            (100, 33, 3, 65),
            (197, 230, 1, 8),
        ] {
            let mut numbers = Numbers::new(11);
            // one matrix for all three, as a joint projection gives it, with some columns to spare
            let stride = 3 * heads * width + 5;
            let joint = numbers.take(queries.max(keys) * stride);
            let bias = numbers.take(heads * queries * keys);
            let rows = |part: usize| Rows { values: &joint[part * heads * width..], stride };
            for (causal, bias) in
                [(None, None), (None, Some(bias.as_slice())), (Some(keys.saturating_sub(queries)), None)]
            {
                let attention = Attention {
                    q: rows(0),
                    k: rows(1),
                    v: rows(2),
                    queries,
                    keys,
                    heads,
                    width,
                    scale: 1.0 / (width as f32).sqrt(),
                    causal,
                    bias,
                };
                let mut out = vec![f32::NAN; queries * heads * width];
                attention.run(&cpu, &mut out);
                close(
                    &out,
                    &plain(&attention),
                    1e-5,
                    &format!("{queries} {keys} {heads} {width} {causal:?} {cpu:?}"),
                );
            }
        }
    }
}

#[test]
fn without_keys_nothing_comes_out() {
    let cpu = transom_kernels::Cpu::new(1);
    let none = Rows { values: &[], stride: 4 };
    let q = Rows { values: &[1.0; 8], stride: 4 };
    let attention = Attention {
        q,
        k: none,
        v: none,
        queries: 2,
        keys: 0,
        heads: 2,
        width: 2,
        scale: 1.0,
        causal: None,
        bias: None,
    };
    let mut out = [5.0; 8];
    attention.run(&cpu, &mut out);
    assert_eq!(out, [0.0; 8]);
}
