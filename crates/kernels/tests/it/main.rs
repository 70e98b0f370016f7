//! Each kernel against a plain version in `f64`, for all instruction sets of the machine, with one and with several threads.

mod attention;
mod conv;
mod linear;
mod mel;
mod ops;
mod pool;

use transom_kernels::{Cpu, Level};

/// Numbers between -1 and 1 that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn take(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// Every instruction set that the machine has, each with one and with three threads.
fn cpus() -> Vec<Cpu> {
    let mut cpus = Vec::new();
    for level in [Level::Portable, Level::Avx2, Level::Avx512] {
        for threads in [1, 3] {
            let cpu = Cpu::new(threads).at_most(level);
            if cpu.level() == level {
                cpus.push(cpu);
            }
        }
    }
    cpus
}

#[track_caller]
fn close(found: &[f32], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (f64::from(*found) - expected).abs();
        let allowed = tolerance * expected.abs().max(1.0);
        assert!(difference <= allowed, "{what}: value {index} is {found}, not {expected}");
    }
}
