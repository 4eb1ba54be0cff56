//! The socket's own: signs of life, and another access token.

use pulse_rpc::{Failure, Reason};

use crate::domain::Moment;
use crate::http::extract::authenticate;
use crate::state::State;
use crate::ws::commands::Asked;
use crate::ws::frames::{self, Reply};
use crate::ws::hub::Socket;
use crate::ws::queue::Order;

/// `ping`
pub fn ping(asked: Asked) {
    let server_time = asked.state().clock.now().into();
    asked.answer(Ok(Reply::Pong { server_time }));
}

/// `auth.refresh`: the keys may have to be fetched, so it is a task of its own.
pub fn refresh(asked: Asked, access_token: String) {
    let (state, socket) = (asked.state().clone(), asked.socket().clone());
    asked.answer_later(async move {
        let access_token_expires_at = renewed(&state, &socket, &access_token).await?;
        socket.queue.order(Order::Renewed(access_token_expires_at));
        Ok(Reply::Refreshed { access_token_expires_at })
    });
}

/// The end of a new token of the same session.
async fn renewed(state: &State, socket: &Socket, access_token: &str) -> Result<Moment, Failure> {
    let caller = authenticate(state, access_token).await?;
    if caller.principal != socket.principal {
        return Err(Failure::new(
            Reason::Forbidden,
            "the token is of another user or session; open a socket for it",
        ));
    }
    Ok(frames::expires_at(&caller.claims))
}
