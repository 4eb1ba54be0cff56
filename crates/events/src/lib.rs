//! Subjects, streams, envelope, publish, consume, outbox relay.
