//! The sign-in rate limit: attempts per e-mail in a rolling window, counted on the bus so that all nodes agree.

use std::{sync::Arc, time::Duration};

use transom_store::bus::Bus;

use crate::{IdentityError, Result};

/// Attempts allowed in a window.
const ATTEMPTS: i64 = 15;
/// Seconds of a bucket; the window is three of them.
const BUCKET: i64 = 60;
const BUCKETS: i64 = 3;

pub(crate) struct SignInLimiter {
    bus: Arc<dyn Bus>,
}

impl SignInLimiter {
    pub fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus }
    }

    /// Counts an attempt, good or bad.
    ///
    /// # Errors
    /// `RateLimited` when the window is full.
    pub async fn attempt(&self, email: &str) -> Result<()> {
        let now = chrono::Utc::now().timestamp() / BUCKET;
        let key = |bucket: i64| format!("ratelimit:{email}:{bucket}");
        let keep = Duration::from_secs((BUCKET * (BUCKETS + 1)).unsigned_abs());
        let mut total = self.bus.increment(&key(now), keep).await?;
        for past in 1..BUCKETS {
            let count = self.bus.get(&key(now - past)).await?;
            total += count.and_then(|raw| std::str::from_utf8(&raw).ok()?.parse::<i64>().ok()).unwrap_or(0);
        }
        if total > ATTEMPTS { Err(IdentityError::RateLimited) } else { Ok(()) }
    }
}
