//! Error kinds, callers, trace context, channels with deadlines.
