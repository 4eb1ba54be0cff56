//! The limits that an operator may change; clients are told them (contract section 2).

use pulse_runtime::Reader;

use crate::domain::Limits;

/// Reads the limits; what is not set is as the contract says.
pub fn read(read: &mut Reader) -> Option<Limits> {
    let told = Limits::default();
    let attachment_max_bytes = read.or("PULSE_MESSAGES_ATTACHMENT_MAX_BYTES", told.attachment_max_bytes);
    // message-store sees to these two; it says which sizes can be.
    let group = read.or("PULSE_MESSAGES_GROUP_MAX_MEMBERS", told.group_max_members);
    let room = read.or("PULSE_MESSAGES_ROOM_MAX_MEMBERS", told.room_max_members);
    let in_all = at_least_1(read, "PULSE_GATEWAY_MESSAGES_PER_10S", told.messages_per_10s);
    let in_one =
        at_least_1(read, "PULSE_GATEWAY_MESSAGES_PER_10S_CONVERSATION", told.messages_per_10s_conversation);
    let frames = at_least_1(read, "PULSE_GATEWAY_FRAMES_PER_10S", told.frames_per_10s);
    let sockets = at_least_1(read, "PULSE_GATEWAY_SOCKETS_MAX", told.sockets_max);
    Some(Limits {
        attachment_max_bytes: attachment_max_bytes?,
        group_max_members: group?,
        room_max_members: room?,
        messages_per_10s: in_all?,
        messages_per_10s_conversation: in_one?,
        frames_per_10s: frames?,
        sockets_max: sockets?,
        ..told
    })
}

/// None at all would shut everybody out.
fn at_least_1(read: &mut Reader, name: &str, default: u64) -> Option<u64> {
    let value = read.or(name, default)?;
    if value == 0 {
        read.fault(format!("{name} is a number from 1 on, not 0"));
        return None;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_told_and_the_rest_is_as_ever() {
        let mut reader = Reader::from_pairs([
            ("PULSE_MESSAGES_GROUP_MAX_MEMBERS", "128"),
            ("PULSE_GATEWAY_SOCKETS_MAX", "4"),
        ]);
        let expected = Limits { group_max_members: 128, sockets_max: 4, ..Limits::default() };
        assert_eq!(read(&mut reader), Some(expected));
    }

    #[test]
    fn none_at_all_is_a_fault() {
        let mut reader = Reader::from_pairs([("PULSE_GATEWAY_FRAMES_PER_10S", "0")]);
        let limits = read(&mut reader);
        let fault = reader.finish(|| limits).unwrap_err().to_string();
        assert!(fault.contains("PULSE_GATEWAY_FRAMES_PER_10S is a number from 1 on"), "{fault}");
    }
}
