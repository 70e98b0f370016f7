//! AVX-512: twelve rows keep 24 sums of 16 values in registers.

use std::arch::x86_64::{
    _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

use crate::pack::WIDTH;

/// See [`super::Tile::write`].
///
/// # Safety
/// `a` has `depth * rows` values, `b` has `depth * WIDTH`, `c` has `(rows - 1) * stride + WIDTH`; `rows` is 1 to 12.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn tile(
    rows: usize,
    depth: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    add: bool,
) {
    // SAFETY: handed through from the caller.
    unsafe {
        match rows {
            1 => single(depth, a, b, c, add),
            2 => many::<2>(depth, a, b, c, stride, add),
            3 => many::<3>(depth, a, b, c, stride, add),
            4 => many::<4>(depth, a, b, c, stride, add),
            5 => many::<5>(depth, a, b, c, stride, add),
            6 => many::<6>(depth, a, b, c, stride, add),
            7 => many::<7>(depth, a, b, c, stride, add),
            8 => many::<8>(depth, a, b, c, stride, add),
            9 => many::<9>(depth, a, b, c, stride, add),
            10 => many::<10>(depth, a, b, c, stride, add),
            11 => many::<11>(depth, a, b, c, stride, add),
            _ => many::<12>(depth, a, b, c, stride, add),
        }
    }
}

/// # Safety
/// As [`tile`], with `M` rows.
#[target_feature(enable = "avx512f")]
unsafe fn many<const M: usize>(
    depth: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    add: bool,
) {
    let mut sums = [[_mm512_setzero_ps(); 2]; M];
    for step in 0..depth {
        // SAFETY: step < depth, so both reads lie within `a` and `b`.
        unsafe {
            let left = _mm512_loadu_ps(b.add(step * WIDTH));
            let right = _mm512_loadu_ps(b.add(step * WIDTH + 16));
            let a = a.add(step * M);
            for (row, sums) in sums.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*a.add(row));
                sums[0] = _mm512_fmadd_ps(x, left, sums[0]);
                sums[1] = _mm512_fmadd_ps(x, right, sums[1]);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (half, sum) in sums.iter().enumerate() {
            // SAFETY: row < M, so the 16 values end within `c`.
            unsafe {
                let place = c.add(row * stride + half * 16);
                let sum = if add { _mm512_add_ps(*sum, _mm512_loadu_ps(place)) } else { *sum };
                _mm512_storeu_ps(place, sum);
            }
        }
    }
}

/// One row: four steps at a time, so that the additions do not wait for each other.
///
/// # Safety
/// As [`tile`], with one row.
#[target_feature(enable = "avx512f")]
unsafe fn single(depth: usize, a: *const f32, b: *const f32, c: *mut f32, add: bool) {
    const STEPS: usize = 4;
    let mut sums = [[_mm512_setzero_ps(); 2]; STEPS];
    let whole = depth / STEPS * STEPS;
    for start in (0..whole).step_by(STEPS) {
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: start + i < whole <= depth.
            unsafe {
                let x = _mm512_set1_ps(*a.add(start + i));
                let b = b.add((start + i) * WIDTH);
                sums[0] = _mm512_fmadd_ps(x, _mm512_loadu_ps(b), sums[0]);
                sums[1] = _mm512_fmadd_ps(x, _mm512_loadu_ps(b.add(16)), sums[1]);
            }
        }
    }
    for step in whole..depth {
        // SAFETY: step < depth.
        unsafe {
            let x = _mm512_set1_ps(*a.add(step));
            let b = b.add(step * WIDTH);
            sums[0][0] = _mm512_fmadd_ps(x, _mm512_loadu_ps(b), sums[0][0]);
            sums[0][1] = _mm512_fmadd_ps(x, _mm512_loadu_ps(b.add(16)), sums[0][1]);
        }
    }
    let [[left, right], others @ ..] = sums;
    let [left, right] = others
        .into_iter()
        .fold([left, right], |[left, right], [a, b]| [_mm512_add_ps(left, a), _mm512_add_ps(right, b)]);
    for (half, sum) in [left, right].into_iter().enumerate() {
        // SAFETY: `c` has WIDTH values.
        unsafe {
            let place = c.add(half * 16);
            let sum = if add { _mm512_add_ps(sum, _mm512_loadu_ps(place)) } else { sum };
            _mm512_storeu_ps(place, sum);
        }
    }
}
