//! One turn: from a request to a saved answer.
