//! Journeys through the whole running system. They are in `tests/it/`; nothing else lives here.
