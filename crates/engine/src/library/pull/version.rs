//! Versions of Python packages in their order (PEP 440).

/// A version. What does not count for the order is left out, so `1.0` equals `1.0.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    epoch: u64,
    /// Numbers without zeros at the end.
    release: Vec<u64>,
    /// Where it stands around the release: a development version alone, a pre-release, the release itself.
    stage: (Stage, u64),
    /// A post-release comes after the version that it mends.
    post: Option<u64>,
    /// A development version comes before the version that it becomes.
    dev: Dev,
    local: Vec<Local>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Development,
    Alpha,
    Beta,
    Candidate,
    Release,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Number(u64),
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Text(String),
    Number(u64),
}

impl Version {
    /// Reads a version in any of the spellings that are allowed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, parse_local(local)?),
            None => (text.as_str(), Vec::new()),
        };
        let public = public.strip_prefix('v').unwrap_or(public);
        let (epoch, rest) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let mut rest = rest;
        let mut release = vec![number(&mut rest)?];
        while let Some(mut after) = rest.strip_prefix('.')
            && let Some(next) = number(&mut after)
        {
            release.push(next);
            rest = after;
        }
        while release.last() == Some(&0) {
            release.pop();
        }
        let pre = PRE.iter().find_map(|(word, stage)| labelled(&mut rest, word).map(|n| (*stage, n)));
        let post = post(&mut rest);
        let dev = labelled(&mut rest, "dev");
        if !rest.is_empty() {
            return None;
        }
        let alone = if dev.is_some() && post.is_none() { Stage::Development } else { Stage::Release };
        let dev = dev.map_or(Dev::None, Dev::Number);
        Some(Self { epoch, release, stage: pre.unwrap_or((alone, 0)), post, dev, local })
    }

    /// Whether it is meant for those who asked for it only.
    pub(super) fn is_preliminary(&self) -> bool {
        self.stage.0 != Stage::Release || self.dev != Dev::None
    }
}

/// Longer words first, as some begin with shorter ones.
const PRE: [(&str, Stage); 8] = [
    ("alpha", Stage::Alpha),
    ("beta", Stage::Beta),
    ("preview", Stage::Candidate),
    ("pre", Stage::Candidate),
    ("rc", Stage::Candidate),
    ("a", Stage::Alpha),
    ("b", Stage::Beta),
    ("c", Stage::Candidate),
];

fn is_separator(c: char) -> bool {
    matches!(c, '.' | '-' | '_')
}

/// A word with an optional separator before it and an optional number behind it, which is 0 when it is not there.
fn labelled(rest: &mut &str, word: &str) -> Option<u64> {
    let mut after = rest.strip_prefix(is_separator).unwrap_or(rest).strip_prefix(word)?;
    let mut numbered = after.strip_prefix(is_separator).unwrap_or(after);
    let n = number(&mut numbered);
    if n.is_some() {
        after = numbered;
    }
    *rest = after;
    Some(n.unwrap_or(0))
}

/// `.post1`, `-r1`, or `-1`.
fn post(rest: &mut &str) -> Option<u64> {
    if let Some(n) = ["post", "rev", "r"].iter().find_map(|word| labelled(rest, word)) {
        return Some(n);
    }
    let mut after = rest.strip_prefix('-')?;
    let n = number(&mut after)?;
    *rest = after;
    Some(n)
}

fn number(rest: &mut &str) -> Option<u64> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let n = rest[..end].parse().ok()?;
    *rest = &rest[end..];
    Some(n)
}

fn parse_local(text: &str) -> Option<Vec<Local>> {
    let part = |part: &str| {
        let sound = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        sound.then(|| part.parse().map_or_else(|_| Local::Text(part.to_owned()), Local::Number))
    };
    text.split(is_separator).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_their_order() {
        let ordered = [
            "0.9",
            "1.0.dev1",
            "1.0a1.dev2",
            "1.0a1",
            "1.0a2",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0+abc",
            "1.0+5",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.0.1",
            "1.2",
            "1.10",
            "2024.1",
            "1!0.1",
        ];
        let versions: Vec<_> = ordered.iter().map(|text| Version::parse(text).unwrap()).collect();
        for pair in versions.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
    }

    #[test]
    fn spellings_do_not_count() {
        for (a, b) in [
            ("1.0", "v1.0.0"),
            ("1.0-ALPHA.1", "1a1"),
            ("1.0-1", "1.0.post1"),
            ("1.0c2", "1.0rc2"),
            ("1.0_dev", "1.0.dev0"),
            ("0.0", "0"),
        ] {
            assert_eq!(Version::parse(a).unwrap(), Version::parse(b).unwrap());
        }
        for text in ["", "x", "1..2", "1.0-", "1.0+", "1.0+a..b", "../1", "1 0", "99999999999999999999"] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
        assert!(Version::parse("1.0rc1").unwrap().is_preliminary());
        assert!(!Version::parse("1.0.post1").unwrap().is_preliminary());
    }
}
