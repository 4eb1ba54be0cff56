//! Nouns and rules of accounts and sessions: no I/O, no async, no clock of their own.

pub mod account;
pub mod audit;
pub mod erasure;
pub mod event;
pub mod export;
pub mod fault;
pub mod guard;
pub mod mail;
pub mod mail_token;
pub mod mfa;
pub mod oidc;
pub mod page;
pub mod password;
pub mod sealing;
pub mod secret;
pub mod session;
pub mod signing_key;
pub mod totp;
