//! Codes, findings, traces, and how they are shown.
