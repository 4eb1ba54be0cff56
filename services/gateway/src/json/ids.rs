//! Lists of ids in bodies and frames.

use std::collections::HashSet;
use std::hash::Hash;
use std::str::FromStr;

use serde_json::Value;

use crate::json::Fields;

/// Reads a list of different ids, at most `max`: the outer `None` is a fault, the inner one absence.
pub fn distinct_ids<T>(fields: &mut Fields, name: &str, max: usize) -> Option<Option<Vec<T>>>
where
    T: FromStr + Copy + Eq + Hash,
{
    let Some(found) = ids::<T>(fields, name)? else { return Some(None) };
    if found.len() > max {
        fields.fault(name, "too_many", &format!("at most {max}"));
        return None;
    }
    let mut seen = HashSet::new();
    let repeats: Vec<_> = (0..).zip(&found).filter(|(_, id)| !seen.insert(**id)).map(|(n, _)| n).collect();
    for index in &repeats {
        let index: &usize = index;
        fields.fault(&format!("{name}.{index}"), "invalid", "stands in the list already");
    }
    repeats.is_empty().then_some(Some(found))
}

/// Reads a list of ids: the outer `None` is a fault, the inner one absence.
pub fn ids<T: FromStr>(fields: &mut Fields, name: &str) -> Option<Option<Vec<T>>> {
    let list = match fields.take(name) {
        None => return Some(None),
        Some(Value::Array(list)) => list,
        Some(_) => {
            fields.fault(name, "invalid", "must be a list of UUIDs");
            return None;
        }
    };
    let ids: Vec<Option<T>> =
        list.iter().map(|item| item.as_str().and_then(|text| text.parse().ok())).collect();
    for (index, _) in ids.iter().enumerate().filter(|(_, id)| id.is_none()) {
        fields.fault(&format!("{name}.{index}"), "invalid", "must be a UUID");
    }
    ids.into_iter().collect::<Option<_>>().map(Some)
}

#[cfg(test)]
mod tests {
    use pulse_types::UserId;
    use serde_json::json;

    use super::*;

    const ADA: &str = "0190a5c6-7c1f-7000-8000-000000000001";
    const GRACE: &str = "0190a5c6-7c1f-7000-8000-000000000002";

    fn faults(value: Value) -> Vec<String> {
        let mut fields = Fields::new(json!({"member_ids": value}).as_object().cloned().unwrap_or_default());
        let read = distinct_ids::<UserId>(&mut fields, "member_ids", 2);
        match fields.finish(|| read) {
            Ok(_) => Vec::new(),
            Err(failure) => {
                failure.fields.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
            }
        }
    }

    #[test]
    fn a_fault_names_its_place_in_the_list() {
        assert!(faults(json!([])).is_empty() && faults(json!([ADA, GRACE])).is_empty());
        assert_eq!(faults(json!([ADA, "x", 3])), ["member_ids.1 invalid", "member_ids.2 invalid"]);
        assert_eq!(faults(json!([ADA, ADA])), ["member_ids.1 invalid"]);
        assert_eq!(faults(json!([ADA, GRACE, ADA])), ["member_ids too_many"]);
        assert_eq!(faults(json!(null)), ["member_ids invalid"]);
        assert_eq!(faults(json!({"0": ADA})), ["member_ids invalid"]);
    }
}
