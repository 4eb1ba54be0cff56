//! Where the conversations of many people stand, for a gateway that looks whether an event was lost.

use std::collections::HashMap;

use pulse_types::{Clock as _, UserId};

use crate::domain::position::Position;
use crate::domain::sync::{InvalidSnapshot, Point};
use crate::ops::{Context, sync};
use crate::store::{self, StoreError};

/// Positions that are told at once.
const POSITIONS_MAX: usize = 20_000;

/// The positions were not told.
#[derive(Debug, thiserror::Error)]
pub enum PositionsError {
    /// A horizon is none.
    #[error("must be a horizon that was answered")]
    Horizon(#[from] InvalidSnapshot),
    /// There are too many of them.
    #[error("these stand in more than {POSITIONS_MAX} conversations that changed; ask for fewer people")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the conversations of some people stand that changed since the horizon of each, and the present horizon. It is taken
/// first: what commits in between is told twice rather than never. Of a horizon that lies ahead nothing is told: the database
/// was set back, and what was before is over.
///
/// # Errors
/// [`PositionsError`].
pub async fn list(
    context: &Context,
    asked: &[(UserId, String)],
) -> Result<(Vec<Position>, String), PositionsError> {
    let mut conn = context.db.conn().await?;
    let now = context.clock.now();
    let present = sync::point(&mut conn, now).await?;
    let mut horizons: HashMap<&str, String> = HashMap::new();
    for (_, horizon) in asked {
        if !horizons.contains_key(horizon.as_str()) {
            let point = Point::parse(horizon, now)?;
            let point = if point.is_ahead_of(&present) { &present } else { &point };
            horizons.insert(horizon, point.snapshot());
        }
    }
    let known = asked.iter().filter_map(|(user_id, horizon)| {
        let horizon = horizons.get(horizon.as_str())?;
        Some((*user_id, horizon.as_str()))
    });
    let known: Vec<_> = known.collect();
    // One more than is told tells that there are too many.
    let limit = i64::try_from(POSITIONS_MAX).unwrap_or(i64::MAX).saturating_add(1);
    let positions = store::position::list_changed(&mut conn, &known, limit).await?;
    if positions.len() > POSITIONS_MAX {
        return Err(PositionsError::TooMany);
    }
    Ok((positions, present.snapshot()))
}
