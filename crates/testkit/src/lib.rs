//! Test server and named callers.
