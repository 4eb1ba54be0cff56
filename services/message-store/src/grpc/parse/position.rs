//! Whose positions are asked, and since when.

use pulse_proto::messages::v1 as proto;
use pulse_rpc::Failure;
use pulse_types::UserId;

use crate::grpc::parse::{Faults, id};

const PEOPLE_MAX: usize = 1000;

/// Each person with the horizon up to which everything of them is known.
pub(in crate::grpc) fn asked(
    request: &proto::ListPositionsRequest,
) -> Result<Vec<(UserId, String)>, Failure> {
    let count: usize = request.asked.iter().map(|since| since.user_ids.len()).sum();
    if count > PEOPLE_MAX {
        let detail = format!("must be at most {PEOPLE_MAX} in all");
        return Err(Failure::invalid_field("asked", "too_many", detail));
    }
    let mut faults = Faults(Vec::new());
    let mut asked = Vec::with_capacity(count);
    for (place, since) in request.asked.iter().enumerate() {
        for (index, user_id) in since.user_ids.iter().enumerate() {
            let user_id = faults.take(id(&format!("asked.{place}.user_ids.{index}"), user_id));
            asked.extend(user_id.map(|user_id| (user_id, since.horizon.clone())));
        }
    }
    let is_whole = asked.len() == count;
    faults.finish(is_whole.then_some(asked))
}
