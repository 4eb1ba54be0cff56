//! Claims of an access token and how to verify it.
