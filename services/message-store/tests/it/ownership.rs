//! What an owner does: hand over, close, open again.

use pulse_proto::messages::v1::{ConversationState as State, MemberRole as Role};
use pulse_rpc::Reason;

use crate::app::{App, message};
use crate::place::{hear, heard, nobody, silence};

#[tokio::test]
async fn after_a_transfer_the_old_owner_is_an_admin() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    assert_eq!(app.transfer(bob, &place, ada).await.unwrap_err().reason, Reason::Forbidden);
    assert_eq!(app.transfer(ada, &place, eve).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.transfer(ada, &place, nobody()).await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(app.transfer(eve, &place, eve).await.unwrap_err().reason, Reason::NotFound);
    let (_bus, mut for_bob) = app.listen(bob).await;
    assert_eq!(app.transfer(ada, &place, ada).await.unwrap().version, 2, "to oneself is no change");
    let seen = app.transfer(ada, &place, bob).await.unwrap();
    assert_eq!((seen.version, seen.owner_id.clone()), (4, bob.user_id.to_string()));
    assert_eq!(seen.my.unwrap().role(), Role::Admin);
    let expected = heard(&[(3, "shared Tea CONVERSATION_STATE_OPEN"), (4, "message transferred ada bob")]);
    assert_eq!(hear(&mut for_bob, 2).await, expected);
    silence(&mut for_bob).await;
    let members = app.members(ada, &place, 50).await.unwrap();
    assert_eq!(members, [("bob".to_owned(), Role::Owner), ("ada".to_owned(), Role::Admin)]);
    let page = app.members_page(ada, &place, 50, "").await.unwrap();
    assert!(page.members.iter().all(|member| member.version == 3), "one change");
}

#[tokio::test]
async fn of_two_transfers_at_once_one_is_done() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    for _ in 0..5 {
        let place = app.make_group(&[ada, bob, eve]).await;
        let (first, second) = tokio::join!(app.transfer(ada, &place, bob), app.transfer(ada, &place, eve));
        let refused = [&first, &second].into_iter().filter_map(|done| done.as_ref().err());
        assert_eq!(refused.map(|failure| failure.reason).collect::<Vec<_>>(), [Reason::Forbidden]);
        let seen = app.see(ada, &place).await.unwrap();
        let members = app.members(ada, &place, 50).await.unwrap();
        assert_eq!(members.iter().filter(|(_, role)| *role == Role::Owner).count(), 1);
        assert_eq!((seen.version, seen.my.unwrap().role()), (4, Role::Admin));
    }
}

#[tokio::test]
async fn a_leave_and_a_transfer_that_cross_leave_one_owner() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    for _ in 0..8 {
        let place = app.make_group(&[ada, bob, eve]).await;
        let (transferred, left) = tokio::join!(app.transfer(ada, &place, bob), app.leave(bob, &place));
        let members = app.members(ada, &place, 50).await.unwrap();
        assert_eq!(members.iter().filter(|(_, role)| *role == Role::Owner).count(), 1);
        match (transferred, left) {
            // The leave came first: there was nobody to transfer to.
            (Err(failure), Ok(())) => assert_eq!((failure.reason, members.len()), (Reason::NotFound, 2)),
            // The transfer came first: the new owner can't leave others behind.
            (Ok(_), Err(failure)) => assert_eq!((failure.reason, members.len()), (Reason::Conflict, 3)),
            other => panic!("{other:?}"),
        }
        let seen = app.see(ada, &place).await.unwrap();
        assert_eq!(seen.version, 4, "a change and its message");
    }
}

#[tokio::test]
async fn what_is_closed_is_read_and_not_written() {
    let app = App::start().await;
    let [ada, bob, eve] = app.circle(["ada", "bob", "eve"]).await;
    let place = app.make_group(&[ada, bob]).await;
    let (_bus, mut for_bob) = app.listen(bob).await;
    assert_eq!(app.set_state(bob, &place, State::Closed).await.unwrap_err().reason, Reason::Forbidden);
    let closed = app.set_state(ada, &place, State::Closed).await.unwrap();
    assert_eq!((closed.version, closed.state()), (4, State::Closed));
    assert_eq!(app.set_state(ada, &place, State::Closed).await.unwrap(), closed, "idempotent");
    let expected = heard(&[(3, "shared Tea CONVERSATION_STATE_CLOSED"), (4, "message closed ada -")]);
    assert_eq!(hear(&mut for_bob, 2).await, expected);
    silence(&mut for_bob).await;

    assert_eq!(app.send(bob, message(&place, "x")).await.unwrap_err().reason, Reason::ConversationClosed);
    let added = app.put(ada, &place, eve, Role::Member).await.unwrap_err();
    assert_eq!(added.reason, Reason::ConversationClosed);
    assert_eq!(app.everything(bob, &place).await.len(), 2);
    app.mark_read(bob, &place, 2).await.unwrap();
    app.put(ada, &place, bob, Role::Admin).await.unwrap();
    app.leave(bob, &place).await.unwrap();
    let reopened = app.set_state(ada, &place, State::Open).await.unwrap();
    assert_eq!(reopened.state(), State::Open);
    app.send(ada, message(&place, "again")).await.unwrap();
}
