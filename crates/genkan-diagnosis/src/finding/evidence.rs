//! What a finding rests on: requests that were tried, and who wrote the field.

use crate::object::ObjectRef;
use crate::phrase::Message;

/// One request sent through the router, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// As the client sends it: `DELETE /todos/1`.
    pub request: String,
    /// As the backend sees it: `DELETE /`. None when it does not get that far.
    pub upstream: Option<String>,
    /// A remark, such as that the id is lost.
    pub note: Option<Message>,
    /// The status of the answer, when known.
    pub status: Option<u16>,
    /// Who made the answer: `backend`, `static`, `auth`, `error-page` or `proxy`.
    pub maker: Option<crate::Maker>,
    /// Methods of the answer's `Allow` header.
    pub allow: Vec<String>,
}

impl Tried {
    /// A request that reaches the backend as `upstream`.
    pub fn new(request: impl Into<String>, upstream: impl Into<String>) -> Self {
        let upstream = Some(upstream.into());
        Self {
            request: request.into(),
            upstream,
            note: None,
            status: None,
            maker: None,
            allow: vec![],
        }
    }

    /// A request that the proxy answers itself.
    pub fn answered(request: impl Into<String>, status: u16, maker: crate::Maker) -> Self {
        let tried = Self::new(request, "");
        Self {
            upstream: None,
            ..tried
        }
        .with_answer(status, maker)
    }

    /// Adds the answer.
    #[must_use]
    pub fn with_answer(mut self, status: u16, maker: crate::Maker) -> Self {
        (self.status, self.maker) = (Some(status), Some(maker));
        self
    }

    /// Adds the methods of the answer's `Allow` header.
    #[must_use]
    pub fn with_allow<S: Into<String>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        self.allow = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<Message>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Who wrote a field of a live object: where the fix has to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetBy {
    /// The tool that owns the object, from its labels and annotations.
    pub tool: Option<SetByTool>,
    /// Field manager, from `managedFields`.
    pub manager: Option<String>,
    /// Date of its last write, as `2026-11-20`.
    pub date: Option<String>,
}

/// The tool that owns an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetByTool {
    /// `meta.helm.sh/release-name`.
    HelmRelease(String),
    /// Application from `argocd.argoproj.io/tracking-id`.
    ArgoApplication(String),
    /// From the labels of Flux: `Kustomization flux-system/apps`.
    Flux(String),
    /// An owner reference.
    Owner(ObjectRef),
}
