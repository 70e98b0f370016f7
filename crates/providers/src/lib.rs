//! Upstream model servers and the model catalogue.
