//! Accounts, passwords, signed-in devices, signing of tokens.
