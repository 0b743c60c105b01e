//! Whole compiles, from YAML.

mod world;
