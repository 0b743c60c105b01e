//! Endpoints of Service ports, from YAML.
