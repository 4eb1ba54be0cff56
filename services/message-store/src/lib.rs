//! Conversations, members, messages.
