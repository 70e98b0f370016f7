//! The table of routes against the operations of the contract: what is served, and what is still to come.

use std::collections::{BTreeMap, BTreeSet};

use transom_api::table;

/// Every operation of the contract, `METHOD path`.
const CONTRACT: &str = include_str!("contract_routes.tsv");
/// Those that are not served yet, by area. A line goes when its route comes.
const LATER: &str = include_str!("contract_later.tsv");

/// Routes that only this server has.
const OURS: [&str; 9] = [
    "DELETE /api/v1/transom/settings/{}",
    "GET /api/v1/transom/engine",
    "GET /api/v1/transom/settings",
    "GET /docs",
    "GET /docs/{}",
    "GET /openapi.json",
    "GET /ready",
    "POST /api/v1/transom/settings/{}",
    "POST /api/v1/users/{}/sessions/revoke",
];

/// The operation with parameters that have no names: those differ and mean nothing.
fn operation(method: &str, path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    format!("{method} {}", path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

fn listed(lines: &str) -> BTreeSet<String> {
    let line = |line: &str| line.split_once('\t').map(|(method, path)| operation(method, path));
    lines.lines().filter_map(line).collect()
}

/// Operations that are not served yet, by area.
fn later() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut areas = BTreeMap::<_, BTreeSet<_>>::new();
    for line in LATER.lines().filter(|line| !line.is_empty()) {
        let (area, rest) = line.split_once('\t').unwrap_or_else(|| panic!("no area: {line}"));
        let (method, path) = rest.split_once('\t').unwrap_or_else(|| panic!("no path: {line}"));
        assert!(areas.entry(area).or_default().insert(operation(method, path)), "twice: {line}");
    }
    areas
}

#[test]
fn every_operation_of_the_contract_is_served_or_listed_as_to_come() {
    let contract = listed(CONTRACT);
    assert!(contract.len() > 370, "only {} operations", contract.len());
    let served: BTreeSet<String> =
        table().iter().map(|route| operation(route.method.as_str(), route.path)).collect();
    let later: BTreeSet<String> = later().into_values().flatten().collect();
    let missing: Vec<_> =
        contract.iter().filter(|op| !served.contains(*op) && !later.contains(*op)).collect();
    assert!(missing.is_empty(), "neither served nor listed as to come: {missing:#?}");
    let done: Vec<_> = later.iter().filter(|op| served.contains(*op)).collect();
    assert!(done.is_empty(), "served by now, so no more to come: {done:#?}");
    let unknown: Vec<_> = later.iter().filter(|op| !contract.contains(*op)).collect();
    assert!(unknown.is_empty(), "to come, but not in the contract: {unknown:#?}");
}

#[test]
fn what_the_contract_does_not_know_is_ours_on_purpose() {
    let contract = listed(CONTRACT);
    let served: BTreeSet<String> =
        table().iter().map(|route| operation(route.method.as_str(), route.path)).collect();
    let extra: BTreeSet<String> = served.difference(&contract).cloned().collect();
    assert_eq!(extra, OURS.map(str::to_owned).into_iter().collect::<BTreeSet<_>>());
}
