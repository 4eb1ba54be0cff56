//! Start and stop of a process: settings, telemetry, the admin port, readiness, shutdown.
//!
//! Nothing of the product is known here.

pub mod admin;
pub mod process;
pub mod readiness;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod trace_context;

pub use readiness::{Check, Readiness};
pub use settings::{Reader, SettingsError};
pub use shutdown::Shutdown;
pub use telemetry::{Telemetry, TelemetrySettings};
