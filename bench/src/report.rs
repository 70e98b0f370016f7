//! Results: one shape for every measurement, as a table for people and as JSON for programs.

use std::time::SystemTime;

use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use serde::Serialize;
use serde_json::{Map, Value};

/// Width of the table in characters.
const TABLE_WIDTH: u16 = 140;

/// What a value should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Target {
    /// `<=` or `>=`.
    pub op: &'static str,
    /// The limit, in the metric's unit.
    pub value: f64,
}

impl Target {
    /// The value must not exceed the limit.
    #[must_use]
    pub fn at_most(value: f64) -> Self {
        Self { op: "<=", value }
    }

    /// The value must reach the limit.
    #[must_use]
    pub fn at_least(value: f64) -> Self {
        Self { op: ">=", value }
    }

    /// Whether a value is as wanted; a missing value (NaN) never is.
    #[must_use]
    pub fn met(&self, value: f64) -> bool {
        if self.op == "<=" { value <= self.value } else { value >= self.value }
    }
}

/// One measured value with what it was made of.
#[derive(Debug, Clone, Serialize)]
pub struct Metric {
    /// Dotted name; the first part is the measurement.
    pub name: String,
    /// Unit of the value.
    pub unit: &'static str,
    /// The value; `null` in JSON when nothing could be measured.
    pub value: f64,
    /// Further values behind it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, Value>,
    /// What it should be.
    pub target: Option<Target>,
    /// Whether it is so; `null` without a target.
    pub pass: Option<bool>,
    /// One of the reasons of counted failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Metric {
    /// A value without a target.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self { name: name.into(), unit, value, values: Map::new(), target: None, pass: None, reason: None }
    }

    /// Judges the value.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.pass = Some(target.met(self.value));
        self.target = Some(target);
        self
    }

    /// Adds a value behind the main one.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64) -> Self {
        // Three decimals: more would be noise in the report.
        self.values.insert(name.to_owned(), Value::from((value * 1000.0).round() / 1000.0));
        self
    }

    /// The number of failures of a measurement, which must be none.
    #[must_use]
    pub fn failures(measure: &str, count: u64, reason: Option<String>) -> Self {
        Self {
            reason,
            ..Self::new(format!("{measure}.failed"), "count", count as f64).target(Target::at_most(0.0))
        }
    }
}

/// A measurement that could not be made.
#[derive(Debug, Clone, Serialize)]
pub struct Broken {
    /// Name of the measurement.
    pub measure: &'static str,
    /// Why.
    pub error: String,
}

/// The machine the tool and, usually, the server ran on.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Cores available.
    pub cores: usize,
    /// Name of the processor.
    pub cpu: String,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        let cpu = model.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
        Self { cores: std::thread::available_parallelism().map_or(0, usize::from), cpu: cpu.to_owned() }
    }
}

/// Everything one run found out.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub schema: u32,
    /// Command or address of the server.
    pub server: String,
    /// Version that the server reports.
    pub server_version: Option<String>,
    /// Where it ran.
    pub machine: Machine,
    /// Start, in seconds since 1970.
    pub started_at: u64,
    /// Whether it was the short form, whose values are rough.
    pub quick: bool,
    /// Values.
    pub results: Vec<Metric>,
    /// Measurements that could not be made.
    pub broken: Vec<Broken>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(server: String, quick: bool) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            schema: 1,
            server,
            server_version: None,
            machine: Machine::this(),
            started_at: now.map_or(0, |now| now.as_secs()),
            quick,
            results: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// Number of missed targets.
    #[must_use]
    pub fn missed(&self) -> usize {
        self.results.iter().filter(|metric| metric.pass == Some(false)).count()
    }

    /// The report for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::ASCII_BORDERS_ONLY_CONDENSED);
        // Only the last column, the details, is broken into lines.
        table.set_width(TABLE_WIDTH).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["measure", "value", "unit", "target", "", "details"]);
        for metric in &self.results {
            let target = metric.target.map_or_else(String::new, |t| format!("{} {}", t.op, t.value));
            let verdict = metric.pass.map_or("", |pass| if pass { "met" } else { "MISSED" });
            let value = short(metric.value);
            table.add_row([&metric.name, &value, metric.unit, &target, verdict, &details(metric)]);
        }
        table.set_constraints([ColumnConstraint::ContentWidth; 5]);
        let version = self.server_version.as_deref().unwrap_or("unknown version");
        let mut text = format!(
            "{} ({version}) on {} cores, {}{}\n{table}\n",
            self.server,
            self.machine.cores,
            self.machine.cpu,
            if self.quick { ", quick run: rough values" } else { "" },
        );
        for broken in &self.broken {
            text.push_str(&format!("BROKEN {}: {}\n", broken.measure, broken.error));
        }
        let judged = self.results.iter().filter(|metric| metric.pass.is_some()).count();
        text.push_str(&format!("{} of {judged} targets met\n", judged - self.missed()));
        text
    }
}

fn details(metric: &Metric) -> String {
    let mut parts: Vec<String> = metric
        .values
        .iter()
        .map(|(name, value)| format!("{name} {}", short(value.as_f64().unwrap_or(f64::NAN))))
        .collect();
    parts.extend(metric.reason.clone());
    parts.join(", ")
}

/// Enough digits to compare, not more.
fn short(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "none".to_owned(),
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::new("some-server".to_owned(), false);
        report.results.push(
            Metric::new("http.health", "req/s", 12_345.678)
                .target(Target::at_least(5_000.0))
                .with("p99_ms", 1.23456),
        );
        report.results.push(Metric::new("start.first_200", "ms", 151.0).target(Target::at_most(150.0)));
        report.results.push(Metric::new("memory.after_load", "MB", 55.5));
        report.results.push(Metric::failures("api_streams", 2, Some("status 500".to_owned())));
        report
    }

    #[test]
    fn targets_are_judged() {
        let passes: Vec<_> = report().results.iter().map(|metric| metric.pass).collect();
        assert_eq!(passes, [Some(true), Some(false), None, Some(false)]);
        assert_eq!(report().missed(), 2);
        assert!(!Target::at_most(1.0).met(f64::NAN) && !Target::at_least(1.0).met(f64::NAN));
        assert!(Target::at_most(1.0).met(1.0) && Target::at_least(1.0).met(1.0));
    }

    #[test]
    fn json_has_one_shape() {
        let json = serde_json::to_value(report()).unwrap();
        assert!(json["machine"]["cores"].as_u64().unwrap() > 0);
        let first = &json["results"][0];
        assert_eq!(first["name"], "http.health");
        assert_eq!(first["values"]["p99_ms"], 1.235);
        assert_eq!(first["target"], serde_json::json!({"op": ">=", "value": 5000.0}));
        assert_eq!(first["pass"], true);
        assert_eq!(json["results"][2]["pass"], Value::Null);
        assert_eq!(json["results"][3]["reason"], "status 500");
        let missing = serde_json::to_value(Metric::new("x", "ms", f64::NAN)).unwrap();
        assert_eq!(missing["value"], Value::Null);
    }

    #[test]
    fn the_table_says_what_was_missed() {
        let mut report = report();
        report.broken.push(Broken { measure: "chats", error: "status 500".to_owned() });
        let text = report.to_text();
        let line = |name: &str| text.lines().find(|line| line.contains(name)).unwrap().to_owned();
        assert!(line("http.health").contains("12346") && line("http.health").contains("met"));
        assert!(line("http.health").contains("p99_ms 1.24") || line("http.health").contains("p99_ms 1.23"));
        assert!(line("start.first_200").contains("MISSED"));
        assert!(line("BROKEN").contains("chats: status 500"));
        assert!(text.contains("1 of 3 targets met"));
    }
}
