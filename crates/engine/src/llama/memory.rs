//! How much memory there is and how much a model takes.

use llama_cpp_2::model::LlamaModel;

/// Bytes of memory that can be used without pushing others out; none when the system does not say.
pub(crate) fn available() -> Option<u64> {
    let system = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| mem_available(&text));
    let group = cgroup_left();
    match (system, group) {
        (Some(system), Some(group)) => Some(system.min(group)),
        (system, group) => system.or(group),
    }
}

fn mem_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

/// What a container may still take; pages of files that it may drop count as free.
fn cgroup_left() -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok();
    let limit: u64 = read("memory.max")?.trim().parse().ok()?;
    let used: u64 = read("memory.current")?.trim().parse().ok()?;
    let files = read("memory.stat").and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("inactive_file "))?.trim().parse::<u64>().ok()
    });
    Some(limit.saturating_sub(used.saturating_sub(files.unwrap_or(0))))
}

/// Bytes that one token takes in the cache: keys and values of every layer, 16 bits a number.
pub(crate) fn bytes_per_token(model: &LlamaModel) -> u64 {
    let heads = u64::from(model.n_head().max(1));
    let width = u64::try_from(model.n_embd()).unwrap_or(0) / heads;
    let of = |key: &str| {
        let architecture = model.meta_val_str("general.architecture").ok()?;
        model.meta_val_str(&format!("{architecture}.attention.{key}")).ok()?.parse::<u64>().ok()
    };
    let (keys, values) = (of("key_length").unwrap_or(width), of("value_length").unwrap_or(width));
    u64::from(model.n_layer()) * u64::from(model.n_head_kv()) * (keys + values) * 2
}

/// Bytes for the work itself: logits and intermediate results of one batch.
pub(crate) fn scratch(model: &LlamaModel, batch: u32) -> u64 {
    let words = u64::try_from(model.n_vocab()).unwrap_or(0);
    let width = u64::try_from(model.n_embd()).unwrap_or(0);
    u64::from(batch) * (words + width * 16) * 4 + (32 << 20)
}

/// A number of bytes as people say it.
pub(crate) fn readable(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1024.0 { format!("{mib:.0} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_says() {
        assert_eq!(mem_available("MemTotal: 9 kB\nMemAvailable:    2048 kB\n"), Some(2 << 20));
        assert_eq!(mem_available("MemTotal: 9 kB\n"), None);
        assert_eq!((readable(5 << 20), readable(3 << 29)), ("5 MiB".to_owned(), "1.5 GiB".to_owned()));
    }
}
