//! The gateway through its public door.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod beside;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod positions;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod web;
