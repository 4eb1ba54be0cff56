//! Every rule in tables: a row for each act, a column for each place.

use super::*;

const ACTS: &[(&str, Act)] = &[
    ("read", Act::Read),
    ("list members", Act::ListMembers),
    ("write", Act::Write),
    ("edit own", Act::Edit { is_own: true }),
    ("edit another's", Act::Edit { is_own: false }),
    ("react", Act::React { is_system: false }),
    ("react to system", Act::React { is_system: true }),
    ("delete own", Act::DeleteMessage { is_own: true, is_system: false }),
    ("delete another's", Act::DeleteMessage { is_own: false, is_system: false }),
    ("delete system", Act::DeleteMessage { is_own: false, is_system: true }),
    ("describe", Act::Describe),
    ("join", Act::Join { is_barred: false }),
    ("join, barred", Act::Join { is_barred: true }),
    ("add", Act::AddMember { is_connected: true }),
    ("add a stranger", Act::AddMember { is_connected: false }),
    ("remove a member", Act::RemoveMember { target: Some(Role::Member) }),
    ("remove an admin", Act::RemoveMember { target: Some(Role::Admin) }),
    ("remove the owner", Act::RemoveMember { target: Some(Role::Owner) }),
    ("remove nobody", Act::RemoveMember { target: None }),
    ("promote", Act::ChangeRole { target: Role::Member, wanted: Role::Admin }),
    ("demote", Act::ChangeRole { target: Role::Admin, wanted: Role::Member }),
    ("demote the owner", Act::ChangeRole { target: Role::Owner, wanted: Role::Admin }),
    ("owner stays owner", Act::ChangeRole { target: Role::Owner, wanted: Role::Owner }),
    ("transfer", Act::Transfer),
    ("close, reopen", Act::SetState),
    ("delete", Act::Delete),
    ("leave", Act::Leave),
];

const ROLES: [Option<Role>; 4] = [Some(Role::Owner), Some(Role::Admin), Some(Role::Member), None];

fn outcome(place: Place, act: Act) -> &'static str {
    match require(place, act) {
        Ok(()) => "yes",
        Err(Refusal::NotFound) => "404",
        Err(Refusal::NotAMember) => "join",
        Err(Refusal::NotConnected) => "apart",
        Err(Refusal::ConversationClosed) => "closed",
        Err(Refusal::Forbidden(_)) => "no",
        Err(_) => "?",
    }
}

const READS: &str = "columns: owner, admin, member, nobody while open; the same while closed; of directs: one of the two, nobody";

/// A row for each act, a column for each place.
fn table(kind: Kind, is_connected: bool, roles: &[Option<Role>]) -> String {
    let places = [false, true].into_iter().flat_map(|is_closed| {
        roles.iter().map(move |role| Place { kind, is_closed, is_connected, role: *role })
    });
    let places: Vec<Place> = places.collect();
    let rows = ACTS.iter().map(|(name, act)| {
        let cells: Vec<_> = places.iter().map(|place| format!("{:<6}", outcome(*place, *act))).collect();
        format!("{name:<18} {}", cells.join(" ")).trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Compares line by line, so that a rule that changed is found by its name.
fn assert_table(kind: Kind, is_connected: bool, roles: &[Option<Role>], expected: &str) {
    let actual = table(kind, is_connected, roles);
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(actual.lines().collect::<Vec<_>>(), expected, "{READS}\n{actual}");
}

#[test]
fn what_may_be_done_in_groups() {
    let expected = r"
        read               yes    yes    yes    404    yes    yes    yes    404
        list members       yes    yes    yes    404    yes    yes    yes    404
        write              yes    yes    yes    404    closed closed closed 404
        edit own           yes    yes    yes    404    closed closed closed 404
        edit another's     no     no     no     404    no     no     no     404
        react              yes    yes    yes    404    closed closed closed 404
        react to system    no     no     no     404    no     no     no     404
        delete own         yes    yes    yes    404    yes    yes    yes    404
        delete another's   yes    yes    no     404    yes    yes    no     404
        delete system      no     no     no     404    no     no     no     404
        describe           yes    yes    no     404    closed closed no     404
        join               no     no     no     404    no     no     no     404
        join, barred       no     no     no     404    no     no     no     404
        add                yes    yes    no     404    closed closed no     404
        add a stranger     apart  apart  no     404    apart  apart  no     404
        remove a member    yes    yes    no     404    yes    yes    no     404
        remove an admin    yes    yes    no     404    yes    yes    no     404
        remove the owner   no     no     no     404    no     no     no     404
        remove nobody      yes    yes    no     404    yes    yes    no     404
        promote            yes    yes    no     404    yes    yes    no     404
        demote             yes    yes    no     404    yes    yes    no     404
        demote the owner   no     no     no     404    no     no     no     404
        owner stays owner  yes    yes    no     404    yes    yes    no     404
        transfer           yes    no     no     404    yes    no     no     404
        close, reopen      yes    no     no     404    yes    no     no     404
        delete             yes    no     no     404    yes    no     no     404
        leave              yes    yes    yes    404    yes    yes    yes    404
    ";
    assert_table(Kind::Group, true, &ROLES, expected);
}

#[test]
fn what_may_be_done_in_rooms() {
    let expected = r"
        read               yes    yes    yes    join   yes    yes    yes    join
        list members       yes    yes    yes    join   yes    yes    yes    join
        write              yes    yes    yes    join   closed closed closed join
        edit own           yes    yes    yes    join   closed closed closed join
        edit another's     no     no     no     join   no     no     no     join
        react              yes    yes    yes    join   closed closed closed join
        react to system    no     no     no     join   no     no     no     join
        delete own         yes    yes    yes    join   yes    yes    yes    join
        delete another's   yes    yes    no     join   yes    yes    no     join
        delete system      no     no     no     join   no     no     no     join
        describe           yes    yes    no     join   closed closed no     join
        join               yes    yes    yes    yes    yes    yes    yes    closed
        join, barred       yes    yes    yes    no     yes    yes    yes    no
        add                yes    yes    no     join   closed closed no     join
        add a stranger     apart  apart  no     join   apart  apart  no     join
        remove a member    yes    yes    no     join   yes    yes    no     join
        remove an admin    yes    yes    no     join   yes    yes    no     join
        remove the owner   no     no     no     join   no     no     no     join
        remove nobody      yes    yes    no     join   yes    yes    no     join
        promote            yes    yes    no     join   yes    yes    no     join
        demote             yes    yes    no     join   yes    yes    no     join
        demote the owner   no     no     no     join   no     no     no     join
        owner stays owner  yes    yes    no     join   yes    yes    no     join
        transfer           yes    no     no     join   yes    no     no     join
        close, reopen      yes    no     no     join   yes    no     no     join
        delete             yes    no     no     join   yes    no     no     join
        leave              yes    yes    yes    yes    yes    yes    yes    yes
    ";
    assert_table(Kind::Room, true, &ROLES, expected);
}

#[test]
fn what_may_be_done_in_directs() {
    let expected = r"
        read               yes    404    yes    404
        list members       no     404    no     404
        write              yes    404    closed 404
        edit own           yes    404    closed 404
        edit another's     no     404    no     404
        react              yes    404    closed 404
        react to system    no     404    no     404
        delete own         yes    404    yes    404
        delete another's   no     404    no     404
        delete system      no     404    no     404
        describe           no     404    no     404
        join               no     404    no     404
        join, barred       no     404    no     404
        add                no     404    no     404
        add a stranger     no     404    no     404
        remove a member    no     404    no     404
        remove an admin    no     404    no     404
        remove the owner   no     404    no     404
        remove nobody      no     404    no     404
        promote            no     404    no     404
        demote             no     404    no     404
        demote the owner   no     404    no     404
        owner stays owner  no     404    no     404
        transfer           no     404    no     404
        close, reopen      no     404    no     404
        delete             no     404    no     404
        leave              no     404    no     404
    ";
    assert_table(Kind::Direct, true, &[Some(Role::Member), None], expected);
}

#[test]
fn what_may_be_done_in_directs_of_people_who_are_not_connected_any_more() {
    let expected = r"
        read               yes    404    yes    404
        list members       no     404    no     404
        write              apart  404    apart  404
        edit own           apart  404    apart  404
        edit another's     no     404    no     404
        react              apart  404    apart  404
        react to system    no     404    no     404
        delete own         yes    404    yes    404
        delete another's   no     404    no     404
        delete system      no     404    no     404
        describe           no     404    no     404
        join               no     404    no     404
        join, barred       no     404    no     404
        add                no     404    no     404
        add a stranger     no     404    no     404
        remove a member    no     404    no     404
        remove an admin    no     404    no     404
        remove the owner   no     404    no     404
        remove nobody      no     404    no     404
        promote            no     404    no     404
        demote             no     404    no     404
        demote the owner   no     404    no     404
        owner stays owner  no     404    no     404
        transfer           no     404    no     404
        close, reopen      no     404    no     404
        delete             no     404    no     404
        leave              no     404    no     404
    ";
    assert_table(Kind::Direct, false, &[Some(Role::Member), None], expected);
}
