//! Places of keys, values and items, in YAML and JSON.
