//! An ingress controller and reverse proxy that can explain itself.
fn main() {}
