//! What is put in order before the loops run, and what they have to know about the database.

use crate::delivery::Delivery;
use crate::desk::{Desk, Moment};
use crate::store::{self, Writer, inbox};

use super::updates;

/// What has to be put in order before the loops run: calls that were under way are in doubt, and
/// updates that may have ended the last run come under suspicion.
pub async fn begin(
    writer: &Writer,
    desk: &Desk,
    delivery: &Delivery,
    moment: Moment,
) -> Result<(), store::Error> {
    let in_doubt = delivery.recover().await?;
    let desk = desk.clone();
    let suspects = writer
        .run(move |db| {
            desk.started(db, moment)?;
            inbox::suspect_front(db, updates::BATCH_MAX)
        })
        .await?;
    if in_doubt + suspects > 0 {
        tracing::info!(
            calls_in_doubt = in_doubt,
            updates_unfinished = suspects,
            "going on where the last run ended"
        );
    }
    Ok(())
}
