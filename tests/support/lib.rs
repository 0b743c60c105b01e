//! What the end-to-end tests share: starting Genkan, echo backends, raw HTTP clients.
