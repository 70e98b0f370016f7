//! Latency samples and their percentiles.

use std::time::Duration;

/// Every sample of one measurement. Kept whole: a run takes well under a million, and percentiles stay exact.
#[derive(Debug, Clone, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Adds one sample.
    pub fn record(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// Adds all samples of another set.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest sample that at least `percent` of all samples do not exceed, in milliseconds; NaN without samples.
    #[must_use]
    pub fn percentile(&mut self, percent: f64) -> f64 {
        self.0.sort_unstable();
        let rank = (percent / 100.0 * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.max(1) - 1).or(self.0.last()).map_or(f64::NAN, |sample| millis(*sample))
    }

    /// The median in milliseconds.
    #[must_use]
    pub fn p50(&mut self) -> f64 {
        self.percentile(50.0)
    }

    /// The 99th percentile in milliseconds.
    #[must_use]
    pub fn p99(&mut self) -> f64 {
        self.percentile(99.0)
    }
}

/// A duration in milliseconds, with fractions.
#[must_use]
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_use_the_nearest_rank() {
        let mut samples = Latencies::default();
        assert!(samples.p50().is_nan());
        for ms in (1..=200).rev() {
            samples.record(Duration::from_millis(ms));
        }
        assert_eq!(samples.p50(), 100.0);
        assert_eq!(samples.p99(), 198.0);
        assert_eq!(samples.percentile(100.0), 200.0);
        assert_eq!(samples.percentile(0.0), 1.0);
    }

    #[test]
    fn merging_keeps_every_sample() {
        let mut one = Latencies::default();
        one.record(Duration::from_millis(5));
        let mut two = Latencies::default();
        two.record(Duration::from_millis(7));
        one.merge(two);
        assert_eq!(one.len(), 2);
        assert_eq!((one.p50(), one.p99()), (5.0, 7.0));
    }
}
