//! The limits of guessing: attempts per account, and failures per network address, in a rolling window. Both are counted on
//! the bus, so that all nodes agree.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use transom_store::bus::Bus;

use crate::{IdentityError, Result};

/// Attempts allowed for an account in a window, good or bad.
const ATTEMPTS: i64 = 15;
/// Failures allowed from an address in a window: an office behind one address has many accounts.
const FAILURES: i64 = 60;
/// Seconds of a bucket; the window is three of them.
const BUCKET: i64 = 60;
const BUCKETS: i64 = 3;
/// Longest name of an account that is counted by itself; no e-mail address is longer.
const LONGEST: usize = 254;

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
    pub async fn attempt(&self, account: &str) -> Result<()> {
        let account: String = account.chars().take(LONGEST).collect();
        let total = self.count(&account, true).await?;
        if total > ATTEMPTS { Err(IdentityError::RateLimited) } else { Ok(()) }
    }

    /// Refuses an address that failed too often.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn check(&self, from: Option<IpAddr>) -> Result<()> {
        let Some(from) = from else { return Ok(()) };
        let total = self.count(&network(from), false).await?;
        if total >= FAILURES { Err(IdentityError::RateLimited) } else { Ok(()) }
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    pub async fn failed(&self, from: Option<IpAddr>) -> Result<()> {
        match from {
            Some(from) => self.count(&network(from), true).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// What a window holds, with one more if `add`.
    async fn count(&self, who: &str, add: bool) -> Result<i64> {
        let now = chrono::Utc::now().timestamp() / BUCKET;
        let key = |bucket: i64| format!("ratelimit:{who}:{bucket}");
        let keep = Duration::from_secs((BUCKET * (BUCKETS + 1)).unsigned_abs());
        let mut total = if add { self.bus.increment(&key(now), keep).await? } else { 0 };
        for past in i64::from(add)..BUCKETS {
            let count = self.bus.get(&key(now - past)).await?;
            total += count.and_then(|raw| std::str::from_utf8(&raw).ok()?.parse::<i64>().ok()).unwrap_or(0);
        }
        Ok(total)
    }
}

/// The address as it is counted: a household has a whole network of the newer kind.
fn network(from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(address) => format!("address {address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address {}", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transom_store::bus::LocalBus;

    #[tokio::test]
    async fn accounts_and_addresses_are_counted_apart() {
        let limiter = SignInLimiter::new(Arc::new(LocalBus::new()));
        for _ in 0..ATTEMPTS {
            limiter.attempt("a@b.c").await.unwrap();
        }
        assert!(limiter.attempt("a@b.c").await.is_err());
        limiter.attempt("other@b.c").await.unwrap();

        let from: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        let elsewhere: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        for _ in 0..FAILURES {
            limiter.check(Some(from)).await.unwrap();
            limiter.failed(Some(from)).await.unwrap();
        }
        assert!(limiter.check(Some(from)).await.is_err() && limiter.check(Some(neighbour)).await.is_err());
        limiter.check(Some(elsewhere)).await.unwrap();
        limiter.check(None).await.unwrap();
    }

    #[test]
    fn spellings_of_an_address_are_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
