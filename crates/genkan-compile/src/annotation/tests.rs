//! Tests of the table and of reading.
