//! Kubernetes and Genkan objects with the place each value was written.
