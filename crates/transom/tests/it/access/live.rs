//! Sockets that are open while the rights of their account change.
