//! Applies a suggestion to a copy of the object, compiles and lints what it touches, and compares.

use std::collections::BTreeSet;

use genkan_diagnosis::{Applicability, Checked, Code, Finding, Suggestion, words};
use genkan_objects::{Object, Resource, files, kind::Ingress, patch};

use super::{neighbours::Neighbours, raw};
use crate::{
    compiler::{Compiler, Input},
    generation::Generation,
};

/// The finding with its suggestions tried.
pub(super) fn check(
    generation: &Generation,
    neighbours: &Neighbours<'_>,
    finding: Finding,
) -> Finding {
    if finding
        .suggestions()
        .iter()
        .all(|suggestion| suggestion.patch.is_empty())
    {
        return finding;
    }
    let Some(object) = ingress_of(generation, &finding) else {
        return with_edits(generation, finding);
    };
    let replay = Replay {
        generation,
        neighbours,
        object,
        finding: &finding,
    };
    let Some(before) = replay.findings(None) else {
        return finding;
    };
    if !before.contains(&identity(&finding)) {
        // it does not show in the part that is replayed, so its absence would prove nothing
        return finding;
    }
    let tried: Vec<_> = finding
        .suggestions()
        .iter()
        .map(|suggestion| replay.tried(suggestion.clone(), &before))
        .collect();
    finding.with_suggestions(tried)
}

/// The finding about another kind of object, its suggestions written as edits of the text.
fn with_edits(generation: &Generation, finding: Finding) -> Finding {
    let objects = &generation.origins.objects;
    let place = finding.object().and_then(|object| {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        match &*object.kind {
            "ConfigMap" => {
                let found = objects.config_maps.get(namespace, &object.name);
                found.map(|found| &found.place)
            }
            "Service" => {
                let found = objects.services.get(namespace, &object.name);
                found.map(|found| &found.place)
            }
            _ => None,
        }
    });
    let Some(place) = place else { return finding };
    let edited = |suggestion: &Suggestion| {
        let mut suggestion = suggestion.clone();
        if let Ok(edits) = patch::edits(place, &suggestion.patch) {
            suggestion.edits = edits;
        }
        suggestion
    };
    let edited: Vec<_> = finding.suggestions().iter().map(edited).collect();
    finding.with_suggestions(edited)
}

/// The finding with those of its suggestions tried that nothing has tried yet: whether it `remains` is
/// asked of the changed objects.
pub(crate) fn check_by(
    generation: &Generation,
    finding: Finding,
    remains: impl Fn(&Generation) -> bool,
) -> Finding {
    let open = |suggestion: &Suggestion| {
        matches!(suggestion.checked, Checked::NotChecked { .. }) && !suggestion.patch.is_empty()
    };
    if !finding.suggestions().iter().any(open) {
        return finding;
    }
    let Some(object) = ingress_of(generation, &finding) else {
        return finding;
    };
    let replay = Replay {
        generation,
        neighbours: &Neighbours::of(&generation.origins.objects),
        object,
        finding: &finding,
    };
    let Some(before) = replay.findings(None) else {
        return finding;
    };
    let tried = |suggestion: &Suggestion| match open(suggestion) {
        true => replay.judged(suggestion.clone(), &before, |changed, _| remains(changed)),
        false => suggestion.clone(),
    };
    let tried: Vec<_> = finding.suggestions().iter().map(tried).collect();
    finding.with_suggestions(tried)
}

/// The neighbourhood of a finding's Ingress, compiled with a suggestion applied.
pub(crate) fn with_suggestion(
    generation: &Generation,
    finding: &Finding,
    suggestion: &Suggestion,
) -> Option<Generation> {
    let object = ingress_of(generation, finding)?;
    let neighbours = &Neighbours::of(&generation.origins.objects);
    let replay = Replay {
        generation,
        neighbours,
        object,
        finding,
    };
    replay.compiled(Some(suggestion))
}

/// The Ingress that a finding is about. Suggestions for other kinds stay unchecked.
fn ingress_of<'g>(generation: &'g Generation, finding: &Finding) -> Option<&'g Resource<Ingress>> {
    let object = finding
        .object()
        .filter(|object| &*object.kind == "Ingress")?;
    let found = generation
        .origins
        .objects
        .ingresses
        .get(object.namespace.as_deref()?, &object.name);
    found.map(|found| &**found)
}

struct Replay<'r> {
    generation: &'r Generation,
    neighbours: &'r Neighbours<'r>,
    object: &'r Resource<Ingress>,
    finding: &'r Finding,
}

/// A finding's identity without its value, which a patch changes.
type Identity = (Code, String, String);

impl Replay<'_> {
    fn tried(&self, suggestion: Suggestion, before: &BTreeSet<Identity>) -> Suggestion {
        let own = identity(self.finding);
        self.judged(suggestion, before, |_, after| after.contains(&own))
    }

    /// Tries a suggestion; `remains` says of the changed objects and their findings whether the finding
    /// is still there.
    fn judged(
        &self,
        suggestion: Suggestion,
        before: &BTreeSet<Identity>,
        remains: impl Fn(&Generation, &BTreeSet<Identity>) -> bool,
    ) -> Suggestion {
        let elsewhere = suggestion
            .object
            .as_ref()
            .is_some_and(|o| Some(o) != self.finding.object());
        if suggestion.patch.is_empty() || elsewhere {
            return suggestion;
        }
        let mut suggestion = suggestion;
        if let Ok(edits) = patch::edits(&self.object.place, &suggestion.patch) {
            suggestion.edits = edits;
        }
        let Some(changed) = self.compiled(Some(&suggestion)) else {
            return suggestion;
        };
        let after: BTreeSet<_> = raw(&changed).iter().map(identity).collect();
        let introduces: BTreeSet<_> = after.difference(before).map(|(code, ..)| *code).collect();
        let gone = !remains(&changed, &after);
        suggestion.checked = if gone && introduces.is_empty() {
            Checked::Passed((&words::FINDING_GONE).into())
        } else {
            if suggestion.applicability == Applicability::Safe {
                suggestion.applicability = Applicability::Review;
            }
            Checked::Failed {
                introduces: introduces.into_iter().collect(),
            }
        };
        suggestion
    }

    /// Findings of the Ingress and its neighbours, with a suggestion applied.
    fn findings(&self, suggestion: Option<&Suggestion>) -> Option<BTreeSet<Identity>> {
        Some(
            raw(&self.compiled(suggestion)?)
                .iter()
                .map(identity)
                .collect(),
        )
    }

    fn compiled(&self, suggestion: Option<&Suggestion>) -> Option<Generation> {
        let mut objects = self.neighbours.around(self.object, self.finding);
        if let Some(suggestion) = suggestion {
            objects.insert(Object::Ingress(self.patched(suggestion)?));
        }
        let mut compiler = Compiler::new((*self.generation.options).clone());
        let resolutions = &self.generation.resolutions;
        Some(compiler.compile(Input {
            objects: &objects,
            problems: &[],
            resolutions,
            now: self.generation.now,
        }))
    }

    /// The Ingress with the suggestion applied to its text.
    fn patched(&self, suggestion: &Suggestion) -> Option<std::sync::Arc<Resource<Ingress>>> {
        let place = &self.object.place;
        let edits = patch::edits(place, &suggestion.patch).ok()?;
        let text = patch::apply(place.source.text(), &edits);
        let read = files::read(place.source.name(), text.as_bytes());
        let objects = read
            .documents
            .into_iter()
            .flat_map(|document| document.objects);
        let mut ingresses = objects.filter_map(|object| match object {
            Object::Ingress(ingress) => Some(ingress),
            _ => None,
        });
        ingresses.find(|ingress| {
            ingress.meta.name.value == self.object.meta.name.value
                && ingress.meta.namespace == self.object.meta.namespace
        })
    }
}

fn identity(finding: &Finding) -> Identity {
    let object = finding
        .object()
        .map(|object| object.to_string())
        .unwrap_or_default();
    (
        finding.code(),
        object,
        finding.pointer().unwrap_or_default().to_owned(),
    )
}
