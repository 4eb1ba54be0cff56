//! Auth through its gRPC door, with a real PostgreSQL and NATS.

#[cfg(test)]
mod account;
#[cfg(test)]
mod account_service;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod device;
#[cfg(test)]
mod door;
#[cfg(test)]
mod email;
#[cfg(test)]
mod events;
#[cfg(test)]
mod factor;
#[cfg(test)]
mod factor_races;
#[cfg(test)]
mod key_rotation;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod oidc_forger;
#[cfg(test)]
mod oidc_hostile;
#[cfg(test)]
mod oidc_link;
#[cfg(test)]
mod oidc_sign_in;
#[cfg(test)]
mod oidc_tokens;
#[cfg(test)]
mod password;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod reauthentication;
#[cfg(test)]
mod session;
#[cfg(test)]
mod session_list;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sign_in_timing;
#[cfg(test)]
mod signing_key;
#[cfg(test)]
mod support;
#[cfg(test)]
mod username;
