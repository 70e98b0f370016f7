//! Models of each kind against what sentence-transformers computes with them; `tests/fixtures/make_encoders.py` makes both.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod damage;
mod reference;

use std::path::PathBuf;

fn fixtures() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "fixtures", "encoders"].iter().collect()
}
