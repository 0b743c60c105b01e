//! `rewrite-target`: constants, and groups that are not there.

use genkan_diagnosis::{
    Applicability, Code, Finding, Severity, Suggestion, Tried, escape_pointer, words,
};
use genkan_route::route::{Mode, PathMatch, PathType, RewriteSpec};

use super::{Subject, sample};
use crate::mark::{self, Part, annotation_pointer};
use crate::probe::Probe;

/// GK0002, GK0004 and GK0016 of one route.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let spec = &subject.route.spec;
    let Some(rewrite) = &spec.rewrite else {
        return Vec::new();
    };
    let Some(key) = mark::annotation_key(subject.object, "rewrite-target") else {
        return Vec::new();
    };
    let rewriting = Rewriting {
        subject,
        rewrite,
        key,
    };
    rewriting
        .missing_group()
        .or_else(|| rewriting.constant())
        .into_iter()
        .collect()
}

struct Rewriting<'s> {
    subject: &'s Subject<'s>,
    rewrite: &'s RewriteSpec,
    /// The annotation's whole key.
    key: &'s str,
}

impl Rewriting<'_> {
    /// GK0004, or GK0016 where other paths of the Ingress have the group.
    fn missing_group(&self) -> Option<Finding> {
        let wanted = highest_group(&self.rewrite.target)?;
        let path = &*self.subject.route.spec.path;
        let groups = group_count(path);
        if groups >= wanted {
            return None;
        }
        let suited = self.other_path_with(wanted);
        let sees = self
            .upstream_of_samples()
            .first()
            .map(|(_, sees)| sees.clone());
        let finding = match (&suited, &sees) {
            (Some(suited), Some(sees)) => Finding::new(Code::GK0016)
                .arg("path", suited.as_str())
                .arg("other", path)
                .arg("sees", sees.as_str())
                .value(path),
            _ => Finding::new(Code::GK0004)
                .arg("group", wanted)
                .arg("path", path)
                .value(path),
        };
        let label = words::GROUP_MISSING.arg("group", wanted).arg("path", path);
        let finding = self.at_annotation(finding, label);
        let path_pointer = format!("{}/path", self.subject.pointer());
        let label = words::GROUPS_OF_PATH.arg("count", groups);
        let finding = mark::also(
            finding,
            self.subject.object,
            &path_pointer,
            Part::Value,
            label,
        );
        let finding = self.tried(finding).leads_to(Code::GK0003);
        if suited.is_some() {
            let title = words::SPLIT_INGRESS.arg("path", path);
            return Some(finding.suggest(Suggestion::new(title, Applicability::Placeholder)));
        }
        let finding = finding.suggest(self.remove());
        Some(match self.capture(wanted) {
            Some(capture) => finding.suggest(capture),
            None => finding,
        })
    }

    /// Another path of the same Ingress that has a group of this number.
    fn other_path_with(&self, wanted: usize) -> Option<String> {
        let rules = self
            .subject
            .object
            .spec
            .rules
            .iter()
            .flat_map(|rule| &rule.paths);
        let paths = rules.filter_map(|path| path.path.as_ref());
        paths
            .map(|path| path.value.to_string())
            .find(|path| group_count(path) >= wanted)
    }

    /// GK0002: two or more paths in, one out.
    fn constant(&self) -> Option<Finding> {
        if self.rewrite.target.contains('$') {
            return None;
        }
        let seen = self.upstream_of_samples();
        let (_, sees) = seen.first()?;
        let exact = self.subject.route.spec.path_type == PathType::Exact;
        let constant = seen.iter().all(|(_, other)| other == sees);
        if !constant || (seen.len() < 2 && !exact) {
            return None;
        }
        let path = &*self.subject.route.spec.path;
        let mut finding = Finding::new(Code::GK0002)
            .arg("sees", sees.as_str())
            .arg("path", path);
        if exact {
            finding = finding.severity_is(Severity::Note);
        }
        let finding = self.at_annotation(finding, &words::ALWAYS_BECOMES);
        let pointer = self.subject.pointer();
        let object = self.subject.object;
        let path_pointer = format!("{pointer}/path");
        let finding = mark::also(
            finding,
            object,
            &path_pointer,
            Part::Value,
            &words::MATCHES_MANY,
        );
        let finding = if self.subject.route.spec.path_type == PathType::Prefix {
            let type_pointer = format!("{pointer}/pathType");
            mark::also(
                finding,
                object,
                &type_pointer,
                Part::Value,
                &words::EVERYTHING_BELOW,
            )
        } else {
            finding
        };
        let finding = self
            .tried(finding)
            .leads_to(Code::GK0003)
            .suggest(self.remove());
        Some(match self.capture(2) {
            Some(capture) if !exact => finding.suggest(capture),
            _ => finding,
        })
    }

    fn at_annotation(
        &self,
        finding: Finding,
        label: impl Into<genkan_diagnosis::Message>,
    ) -> Finding {
        let pointer = annotation_pointer(self.key);
        mark::at(finding, self.subject.object, &pointer, Part::Value, label)
    }

    /// Samples that reach this route, with what the backend sees.
    fn upstream_of_samples(&self) -> Vec<(String, String)> {
        let ask = |target: String| {
            let probe = self.subject.ask("GET", &target);
            self.of_this(&probe).map(|sees| (target, sees))
        };
        sample::samples(self.subject.route)
            .into_iter()
            .filter_map(ask)
            .collect()
    }

    /// What the backend sees, when the request took this route.
    fn of_this(&self, probe: &Probe) -> Option<String> {
        let taken = probe.went_to(&self.subject.route.spec.origin);
        let (_, after) = probe.rewrite.as_ref().filter(|_| taken)?;
        Some(after.clone())
    }

    /// The `tried` table: the samples by GET, and the item by DELETE.
    fn tried(&self, mut finding: Finding) -> Finding {
        let samples = sample::samples(self.subject.route);
        let item = samples.get(1).cloned();
        let gets = samples.iter().take(2).map(|target| ("GET", target.clone()));
        let requests = gets.chain(item.into_iter().map(|target| ("DELETE", target)));
        for (method, target) in requests {
            let probe = self.subject.ask(method, &target);
            let Some(sees) = self.of_this(&probe) else {
                continue;
            };
            let tried = Tried::new(format!("{method} {target}"), format!("{method} {sees}"));
            let lost = target.ends_with("/1") && !sees.contains('1') && method == "GET";
            finding = finding.tried(if lost {
                tried.with_note(&words::ID_IS_LOST)
            } else {
                tried
            });
        }
        finding
    }

    fn remove(&self) -> Suggestion {
        let path = &*self.subject.route.spec.path;
        let plain = crate::check::path::plain_prefix(path).unwrap_or(path);
        let title = words::SERVES_ITSELF_REMOVE.arg("path", plain);
        Suggestion::new(title, Applicability::Review).remove(annotation_pointer(self.key))
    }

    /// Strip the prefix and keep the rest, which needs a plain path to begin with.
    fn capture(&self, group: usize) -> Option<Suggestion> {
        let spec = &self.subject.route.spec;
        let path = spec.path.strip_suffix('/').unwrap_or(&spec.path);
        if crate::check::path::has_pattern(path) {
            return None;
        }
        let prefix = self.key.rsplit_once('/').map_or("", |(prefix, _)| prefix);
        let use_regex = format!("{prefix}/use-regex");
        let base = match highest_group(&self.rewrite.target) {
            Some(_) => "",
            None => self
                .rewrite
                .target
                .strip_suffix('/')
                .unwrap_or(&self.rewrite.target),
        };
        let title = if group == 2 {
            &words::KEEP_THE_REST
        } else {
            &words::ADD_GROUP
        };
        let pointer = self.subject.pointer();
        Some(
            Suggestion::new(title, Applicability::Review)
                .replace(annotation_pointer(self.key), format!("{base}/$2"))
                .add(
                    format!("/metadata/annotations/{}", escape_pointer(&use_regex)),
                    "true",
                )
                .replace(format!("{pointer}/path"), format!("{path}(/|$)(.*)"))
                .replace(format!("{pointer}/pathType"), "ImplementationSpecific"),
        )
    }
}

/// The highest `$N` of a target. `$10` is `$1` and a zero, as in nginx.
pub(super) fn highest_group(target: &str) -> Option<usize> {
    let bytes = target.as_bytes();
    let digits = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .filter(|(dollar, digit)| **dollar == b'$' && digit.is_ascii_digit() && **digit != b'0');
    digits.map(|(_, digit)| usize::from(digit - b'0')).max()
}

/// How many capture groups a pattern has.
pub(super) fn group_count(pattern: &str) -> usize {
    let mut count = 0;
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let mut ahead = chars.clone();
                let special = ahead.next() == Some('?');
                let after: String = ahead.take(2).collect();
                let named = after.starts_with('P')
                    || after.starts_with('\'')
                    || (after.starts_with('<') && !matches!(&*after, "<=" | "<!"));
                count += usize::from(!special || named);
            }
            _ => {}
        }
    }
    count
}

/// Whether a route's path is compared as a pattern because its own Ingress wants that.
pub(super) fn is_own_pattern(subject: &Subject<'_>) -> bool {
    let spec = &subject.route.spec;
    let pattern = spec
        .matches
        .iter()
        .any(|m| matches!(m, PathMatch::Pattern(_)));
    let asked = mark::annotation_key(subject.object, "use-regex").is_some()
        || mark::annotation_key(subject.object, "rewrite-target").is_some();
    pattern && (asked || subject.host.mode() == Mode::Strict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_targets_and_paths_are_counted() {
        for (target, expected) in [
            ("/", None),
            ("/$1", Some(1)),
            ("/$2/$10", Some(2)),
            ("/$0", None),
        ] {
            assert_eq!(highest_group(target), expected, "{target}");
        }
        for (pattern, expected) in [
            ("/todos", 0),
            ("/todos(/|$)(.*)", 2),
            (r"/a\(b", 0),
            ("/(?:a)(b)", 1),
            ("/(?<n>a)", 1),
            ("/(?<=a)(?!b)", 0),
            ("/[(]x", 0),
        ] {
            assert_eq!(group_count(pattern), expected, "{pattern}");
        }
    }
}
