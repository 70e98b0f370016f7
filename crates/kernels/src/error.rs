/// Numbers that do not fit together, from a model file that is damaged or not what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: expected {expected} values, found {found}")]
pub struct ShapeError {
    /// Which of the values.
    pub what: &'static str,
    /// How many there must be.
    pub expected: usize,
    /// How many there are.
    pub found: usize,
}

impl ShapeError {
    /// Nothing when both numbers are the same.
    pub(crate) fn check(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self { what, expected, found }) }
    }
}
