//! Start and stop of a process.
