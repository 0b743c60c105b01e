//! One object: what all kinds have in common, its kind's own part, its place and its problems.

use std::fmt;
use std::sync::Arc;

use genkan_diagnosis::{ObjectRef, Span};

use crate::extent::Extent;
use crate::kind::{
    ConfigMap, EndpointSlice, Ingress, IngressClass, Kind, Namespace, ObjectMeta, Secret, Service,
    StaticSite, Workload,
};
use crate::place::{ObjectSource, Place};
use crate::problem::Problem;

/// An object of a known kind. Shared by reference: two equal pointers mean that nothing changed.
#[derive(Debug)]
pub struct Resource<T> {
    /// As written, such as `networking.k8s.io/v1`.
    pub api_version: Box<str>,
    /// As written, such as `Ingress`.
    pub kind: Box<str>,
    /// Name, namespace, labels, annotations.
    pub meta: ObjectMeta,
    /// What the kind adds.
    pub spec: T,
    /// Where it was written.
    pub place: Place,
    /// What is wrong with it, in the order of the text. None of them makes it unreadable.
    pub problems: Vec<Problem>,
}

impl<T> Resource<T> {
    /// Line and column of one of its fields.
    pub fn span(&self, extent: Extent) -> Span {
        self.place.span(extent)
    }

    /// As findings name it.
    pub fn object_ref(&self) -> ObjectRef {
        let namespace = self.meta.namespace.clone().unwrap_or_else(|| "".into());
        ObjectRef::new(
            &*self.api_version,
            &*self.kind,
            namespace,
            self.meta.name.value.clone(),
        )
    }

    /// Whether it came from a file (or standard input), not from the Kubernetes API.
    pub fn from_file(&self) -> bool {
        self.place.from == ObjectSource::File
    }
}

/// What identifies an object. Sorted by kind, namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for cluster-wide kinds.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

macro_rules! objects {
    ($($variant:ident($type:ty) $about:literal,)*) => {
        /// An object of any kind that is read. Cheap to clone.
        #[derive(Clone, Debug)]
        pub enum Object {
            $(#[doc = $about] $variant(Arc<Resource<$type>>),)*
        }

        impl Object {
            /// Name, namespace, labels, annotations.
            pub fn meta(&self) -> &ObjectMeta {
                match self { $(Self::$variant(object) => &object.meta,)* }
            }

            /// The same, as long as nobody else holds the object.
            pub(crate) fn meta_mut(&mut self) -> Option<&mut ObjectMeta> {
                match self {
                    $(Self::$variant(object) => Some(&mut Arc::get_mut(object)?.meta),)*
                }
            }

            /// Where it was written.
            pub fn place(&self) -> &Place {
                match self { $(Self::$variant(object) => &object.place,)* }
            }

            /// What is wrong with it.
            pub fn problems(&self) -> &[Problem] {
                match self { $(Self::$variant(object) => &object.problems,)* }
            }

            /// As findings name it.
            pub fn object_ref(&self) -> ObjectRef {
                match self { $(Self::$variant(object) => object.object_ref(),)* }
            }

            /// Whether both are the same object in memory: then nothing about it changed.
            pub fn same(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$variant(a), Self::$variant(b)) => Arc::ptr_eq(a, b),)*
                    _ => false,
                }
            }
        }
    };
}

objects! {
    Ingress(Ingress) "Rules that route hosts and paths to Services.",
    IngressClass(IngressClass) "Which controller serves an Ingress.",
    Service(Service) "A name and ports for a set of Pods.",
    EndpointSlice(EndpointSlice) "Addresses of a Service.",
    Secret(Secret) "Certificates, passwords.",
    ConfigMap(ConfigMap) "Settings.",
    Namespace(Namespace) "A namespace; only its labels are of interest.",
    Workload(Workload) "A Pod, or what makes Pods; read for diagnosis.",
    StaticSite(StaticSite) "Genkan's own: a folder of files to serve.",
}

impl Object {
    /// The kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Ingress(_) => Kind::Ingress,
            Self::IngressClass(_) => Kind::IngressClass,
            Self::Service(_) => Kind::Service,
            Self::EndpointSlice(_) => Kind::EndpointSlice,
            Self::Secret(_) => Kind::Secret,
            Self::ConfigMap(_) => Kind::ConfigMap,
            Self::Namespace(_) => Kind::Namespace,
            Self::Workload(workload) => Kind::Workload(workload.spec.kind),
            Self::StaticSite(_) => Kind::StaticSite,
        }
    }

    /// What identifies it.
    pub fn key(&self) -> ObjectKey {
        let meta = self.meta();
        ObjectKey {
            kind: self.kind(),
            namespace: meta.namespace.clone().unwrap_or_else(|| "".into()),
            name: meta.name.value.clone(),
        }
    }
}
