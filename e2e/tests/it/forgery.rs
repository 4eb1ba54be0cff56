//! Tokens that nobody may accept: those of people without the key, and, with the real key in hand, those that say too little,
//! too much or something else.

mod claims;
mod encodings;
mod headers;
mod mint;
mod signatures;

pub(crate) use mint::{Mint, signed};

/// A forged token, and what is wrong with it.
pub(crate) type Forged = (String, String);

/// Every forgery.
pub(crate) fn all(mint: &Mint) -> Vec<Forged> {
    let lists = [headers::all(mint), signatures::all(mint), claims::all(mint), encodings::all(mint)];
    lists.into_iter().flatten().collect()
}

/// Names a list.
fn named<const N: usize>(list: [(&str, String); N]) -> Vec<Forged> {
    list.into_iter().map(|(name, token)| (name.to_owned(), token)).collect()
}
