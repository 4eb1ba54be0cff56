//! Sign-in by outside OpenID Connect providers (contract section 3): which providers there are, what a flow keeps secret,
//! and what a person who comes from there is called here. A person is (issuer, subject); an address is only something
//! that an issuer tells.

pub mod flow;
pub mod identity;
pub mod profile;
pub mod provider;
pub mod token;
