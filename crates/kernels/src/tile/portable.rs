//! Plain code, for processors without the others' instructions. On aarch64 the compiler makes NEON code of it.

use super::Tile;
use crate::math::fma;
use crate::pack::WIDTH;

const FMA: bool = cfg!(target_arch = "aarch64");
/// Outputs at once: four registers of four values, for two rows.
const PART: usize = 16;

/// See [`Tile::write`].
///
/// # Safety
/// As [`Tile::write`].
pub(super) unsafe fn tile(tile: &Tile<'_>, c: *mut f32, stride: usize, add: bool) {
    for part in (0..WIDTH).step_by(PART) {
        let mut row = 0;
        while row < tile.rows {
            let count = (tile.rows - row).min(2);
            // SAFETY: rows `row` to `row + count` and columns `part` to `part + PART` lie within the tile.
            unsafe {
                let place = c.add(row * stride + part);
                if count == 2 {
                    rows::<2>(tile, row, part, place, stride, add);
                } else {
                    rows::<1>(tile, row, part, place, stride, add);
                }
            }
            row += count;
        }
    }
}

/// # Safety
/// `c` points to `N` rows of `PART` values, `stride` apart.
#[inline(always)]
unsafe fn rows<const N: usize>(
    tile: &Tile<'_>,
    row: usize,
    part: usize,
    c: *mut f32,
    stride: usize,
    add: bool,
) {
    let mut sums = [[0.0_f32; PART]; N];
    let steps = tile.a.chunks_exact(tile.rows).zip(tile.b.as_chunks::<WIDTH>().0).take(tile.depth);
    for (a, b) in steps {
        for (sums, a) in sums.iter_mut().zip(&a[row..row + N]) {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = fma::<FMA>(*a, b[part + i], *sum);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        // SAFETY: r < N.
        let place = unsafe { std::slice::from_raw_parts_mut(c.add(r * stride), PART) };
        for (to, sum) in place.iter_mut().zip(sums) {
            *to = if add { *to + sum } else { *sum };
        }
    }
}
