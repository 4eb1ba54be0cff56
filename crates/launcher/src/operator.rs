//! `pulse keys list|rotate|withdraw` and `pulse operator`: what operators ask of auth.

use pulse_proto::auth::v1::operator_service_client::OperatorServiceClient;
use pulse_proto::auth::v1::{
    ListSigningKeysRequest, RotateSigningKeyRequest, SetRoleRequest, SigningKey, WithdrawSigningKeyRequest,
};
use pulse_rpc::Connection;

use crate::door::Door;
use crate::terminal::Terminal;

fn client(auth: &Door) -> OperatorServiceClient<Connection> {
    OperatorServiceClient::new(auth.connection())
}

/// Prints the keys that sign or verify, newest first.
///
/// # Errors
/// When auth does not answer or refuses.
pub async fn list_keys(auth: &Door) -> anyhow::Result<()> {
    let answer = client(auth).list_signing_keys(ListSigningKeysRequest {}).await;
    let keys = answer.map_err(|status| auth.explain(status))?.into_inner().keys;
    let signer = keys.iter().position(|key| key.signing).unwrap_or(keys.len());
    for (index, key) in keys.iter().enumerate() {
        // Those before the one that signs have not begun; those behind it have ended.
        let (state, since) = match index.cmp(&signer) {
            std::cmp::Ordering::Less => ("waits", format!("signs from {}", moment(key))),
            std::cmp::Ordering::Equal => ("signs", format!("since {}", moment(key))),
            std::cmp::Ordering::Greater => ("verifies", format!("signed from {}", moment(key))),
        };
        Terminal::new().say(&format!("{}  {state:<8}  {since}", key.key_id));
    }
    Ok(())
}

/// Makes a key that takes over.
///
/// # Errors
/// When auth does not answer, or a key waits already.
pub async fn rotate_key(auth: &Door) -> anyhow::Result<()> {
    let answer = client(auth).rotate_signing_key(RotateSigningKeyRequest {}).await;
    let key = answer.map_err(|status| auth.explain(status))?.into_inner().key.unwrap_or_default();
    Terminal::new().say(&format!("{}  signs from {}", key.key_id, moment(&key)));
    Ok(())
}

/// Withdraws a key at once.
///
/// # Errors
/// When auth does not answer, or no active key has this id.
pub async fn withdraw_key(auth: &Door, key_id: &str) -> anyhow::Result<()> {
    let request = WithdrawSigningKeyRequest { key_id: key_id.to_owned() };
    let answer = client(auth).withdraw_signing_key(request).await;
    let signing = answer.map_err(|status| auth.explain(status))?.into_inner().signing.unwrap_or_default();
    let terminal = Terminal::new();
    terminal.say(&format!("{key_id}  withdrawn: its tokens are refused, the sessions go on"));
    terminal.say(&format!("{}  signs since {}", signing.key_id, moment(&signing)));
    Ok(())
}

/// Makes somebody an operator, or no longer one.
///
/// # Errors
/// When auth does not answer, or nobody is called so.
pub async fn set_operator(auth: &Door, username: &str, granted: bool) -> anyhow::Result<()> {
    let request = SetRoleRequest { username: username.to_owned(), role: "operator".to_owned(), granted };
    client(auth).set_role(request).await.map_err(|status| auth.explain(status))?;
    let what = if granted { "is an operator" } else { "is no operator any more" };
    Terminal::new().say(&format!("{username} {what}, from the next refresh on"));
    Ok(())
}

fn moment(key: &SigningKey) -> String {
    key.signs_from.map(|moment| moment.to_string()).unwrap_or_default()
}
