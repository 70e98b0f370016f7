//! AVX2 with FMA: six rows and half a panel keep twelve sums of 8 values in registers.

use std::arch::x86_64::{
    _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
};

use crate::pack::WIDTH;

/// See [`super::Tile::write`].
///
/// # Safety
/// `a` has `depth * rows` values, `b` has `depth * WIDTH`, `c` has `(rows - 1) * stride + WIDTH`; `rows` is 1 to 12.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile(
    rows: usize,
    depth: usize,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    add: bool,
) {
    if rows == 1 {
        // SAFETY: handed through from the caller.
        unsafe { single(depth, a, b, c, add) };
        return;
    }
    for half in [0, 16] {
        let mut row = 0;
        while row < rows {
            let count = (rows - row).min(6);
            // SAFETY: rows `row` to `row + count` and 16 columns from `half` on lie within `a`, `b` and `c`.
            unsafe {
                let (a, b, c) = (a.add(row), b.add(half), c.add(row * stride + half));
                match count {
                    1 => many::<1>(depth, a, rows, b, c, stride, add),
                    2 => many::<2>(depth, a, rows, b, c, stride, add),
                    3 => many::<3>(depth, a, rows, b, c, stride, add),
                    4 => many::<4>(depth, a, rows, b, c, stride, add),
                    5 => many::<5>(depth, a, rows, b, c, stride, add),
                    _ => many::<6>(depth, a, rows, b, c, stride, add),
                }
            }
            row += count;
        }
    }
}

/// `M` of `rows` rows with 16 columns.
///
/// # Safety
/// `a` has `M` values at each of `depth` steps that lie `rows` apart, `b` 16 at each of `depth` steps that lie `WIDTH` apart,
/// `c` 16 in each of `M` rows that lie `stride` apart.
#[target_feature(enable = "avx2,fma")]
unsafe fn many<const M: usize>(
    depth: usize,
    a: *const f32,
    rows: usize,
    b: *const f32,
    c: *mut f32,
    stride: usize,
    add: bool,
) {
    let mut sums = [[_mm256_setzero_ps(); 2]; M];
    for step in 0..depth {
        // SAFETY: step < depth.
        unsafe {
            let left = _mm256_loadu_ps(b.add(step * WIDTH));
            let right = _mm256_loadu_ps(b.add(step * WIDTH + 8));
            let a = a.add(step * rows);
            for (row, sums) in sums.iter_mut().enumerate() {
                let x = _mm256_set1_ps(*a.add(row));
                sums[0] = _mm256_fmadd_ps(x, left, sums[0]);
                sums[1] = _mm256_fmadd_ps(x, right, sums[1]);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (half, sum) in sums.iter().enumerate() {
            // SAFETY: row < M.
            unsafe {
                let place = c.add(row * stride + half * 8);
                let sum = if add { _mm256_add_ps(*sum, _mm256_loadu_ps(place)) } else { *sum };
                _mm256_storeu_ps(place, sum);
            }
        }
    }
}

/// One row with the whole panel: two steps at a time, so that the additions do not wait for each other.
///
/// # Safety
/// As [`tile`], with one row.
#[target_feature(enable = "avx2,fma")]
unsafe fn single(depth: usize, a: *const f32, b: *const f32, c: *mut f32, add: bool) {
    const STEPS: usize = 2;
    let mut sums = [[_mm256_setzero_ps(); 4]; STEPS];
    let whole = depth / STEPS * STEPS;
    for start in (0..whole).step_by(STEPS) {
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: start + i < whole <= depth.
            unsafe { step(&mut *sums, a.add(start + i), b.add((start + i) * WIDTH)) };
        }
    }
    if whole < depth {
        // SAFETY: whole is the last step.
        unsafe { step(&mut sums[0], a.add(whole), b.add(whole * WIDTH)) };
    }
    let [even, odd] = sums;
    for (part, (even, odd)) in even.into_iter().zip(odd).enumerate() {
        let sum = _mm256_add_ps(even, odd);
        // SAFETY: `c` has WIDTH values.
        unsafe {
            let place = c.add(part * 8);
            let sum = if add { _mm256_add_ps(sum, _mm256_loadu_ps(place)) } else { sum };
            _mm256_storeu_ps(place, sum);
        }
    }
}

/// # Safety
/// `a` has one value, `b` has `WIDTH`.
#[target_feature(enable = "avx2,fma")]
#[inline]
unsafe fn step(sums: &mut [std::arch::x86_64::__m256; 4], a: *const f32, b: *const f32) {
    // SAFETY: as the caller says.
    let x = _mm256_set1_ps(unsafe { *a });
    for (part, sum) in sums.iter_mut().enumerate() {
        // SAFETY: part < 4.
        *sum = _mm256_fmadd_ps(x, unsafe { _mm256_loadu_ps(b.add(part * 8)) }, *sum);
    }
}
