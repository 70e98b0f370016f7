//! Environment contract and persistent settings.
