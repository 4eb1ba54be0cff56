//! The gRPC door: parses requests, calls one operation, converts its answer.

mod account;
mod audit;
mod auth;
mod convert;
mod factor;
mod failure;
mod identity;
mod operator;
mod page;
mod policy;
mod privacy;
mod session;

pub use account::AccountDoor;
pub use audit::AuditDoor;
pub use auth::AuthDoor;
pub use factor::FactorDoor;
pub use identity::IdentityDoor;
pub use operator::OperatorDoor;
pub use policy::POLICY;
pub use privacy::PrivacyDoor;
pub use session::SessionDoor;
