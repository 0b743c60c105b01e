//! Whole compiles, from YAML.
