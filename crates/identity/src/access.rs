//! Access control objects: who may read or write an object that is not theirs.

use serde_json::Value;

/// What somebody wants to do with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See and use it.
    Read,
    /// Change it.
    Write,
}

impl Action {
    fn key(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Write => "write",
        }
    }
}

/// Whether an access control object lets somebody who is neither owner nor administrator act.
///
/// `None` (JSON `null`) is public: everybody reads, nobody else writes. An empty object is private. Otherwise the lists
/// of user and group ids decide; write does not imply read.
pub fn grants(control: Option<&Value>, action: Action, user_id: &str, group_ids: &[String]) -> bool {
    let Some(control) = control.filter(|value| !value.is_null()) else {
        return action == Action::Read;
    };
    let Some(lists) = control.get(action.key()) else { return false };
    let names = |list: &str, wanted: &dyn Fn(&str) -> bool| {
        lists
            .get(list)
            .and_then(Value::as_array)
            .is_some_and(|ids| ids.iter().filter_map(Value::as_str).any(wanted))
    };
    names("user_ids", &|id| id == user_id) || names("group_ids", &|id| group_ids.iter().any(|g| g == id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_decide() {
        let groups = ["g1".to_string()];
        let control = json!({"read": {"group_ids": ["g1"], "user_ids": []}, "write": {"user_ids": ["u1"]}});
        assert!(grants(Some(&control), Action::Read, "u2", &groups));
        assert!(!grants(Some(&control), Action::Read, "u1", &[]), "write does not imply read");
        assert!(grants(Some(&control), Action::Write, "u1", &[]));
        assert!(grants(None, Action::Read, "u", &[]) && !grants(None, Action::Write, "u", &[]));
        assert!(!grants(Some(&json!({})), Action::Read, "u", &groups));
    }
}
