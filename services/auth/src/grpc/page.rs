//! Pages on the wire: what is asked for, and where a list goes on.

use pulse_proto::common::v1::{PageInfo, PageRequest};
use pulse_rpc::Failure;
use pulse_types::CursorKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::page::Limit;
use crate::grpc::failure::to_fields;

/// One list, read in pages of one size.
pub(super) struct Pages {
    /// How many items a page holds.
    pub(super) limit: Limit,
    cursors: CursorKey,
    name: String,
}

impl Pages {
    /// Reads how much is wanted of the list named `list`, and after which position: `None` on the first page. A cursor
    /// serves the list of one person, `list` names them, in pages of one size.
    pub(super) fn open<P: DeserializeOwned>(
        request: Option<PageRequest>,
        cursors: &CursorKey,
        list: &str,
    ) -> Result<(Self, Option<P>), Failure> {
        let request = request.unwrap_or_default();
        let limit = Limit::parse(request.limit).map_err(|fault| to_fields(vec![fault]))?;
        let pages = Self { limit, cursors: cursors.clone(), name: format!("{list}:{}", limit.get()) };
        let after = match request.cursor.as_str() {
            "" => None,
            cursor => Some(
                pages
                    .cursors
                    .open(&pages.name, cursor)
                    .map_err(|error| Failure::invalid_field("cursor", "invalid", error.to_string()))?,
            ),
        };
        Ok((pages, after))
    }

    /// Says where the list goes on.
    pub(super) fn info<P: Serialize>(&self, next: Option<&P>) -> PageInfo {
        let next_cursor = next.map(|position| self.cursors.seal(&self.name, position)).unwrap_or_default();
        PageInfo { next_cursor }
    }
}
