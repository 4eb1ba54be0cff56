//! How our processes talk gRPC: what a failure becomes, who may call what, for whom, within which time, in which trace.
//!
//! Which calls there are is in `proto/`; what they do is in the services.

pub mod caller;
pub mod channel;
pub mod failure;
pub mod kind;
pub mod policy;
pub mod principal;
pub mod reason;
pub mod server;
mod server_layer;
pub mod trace;

pub use caller::{Callers, Identity, ServiceName};
pub use channel::{Connection, connect, connect_for_streams};
pub use failure::{Failure, FieldFault};
pub use kind::Kind;
pub use policy::MethodPolicy;
pub use principal::Principal;
pub use reason::Reason;
