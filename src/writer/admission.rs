//! Rules for adding a user to a group.

use std::iter;

use super::{
    allowances::Allowances,
    apply::Stop,
    permissions::{Acting, Target, may_add},
};
use crate::store::{Batch, cost};

/// Counts an added member and the notice, or rejects them.
pub(super) async fn admit(
    batch: &mut Batch,
    allowances: &mut Allowances,
    acting: &Acting,
    target: &Target,
    notice: &str,
) -> Result<(), Stop> {
    may_add(acting, target)?;
    let (adder, bytes) = (acting.actor.id, cost(notice));
    allowances.learn(batch, iter::once((adder, bytes))).await?;
    let know_each_other = allowances.has_budgets() && batch.have_both_written(adder, target.person.id).await?;
    Ok(allowances.add(adder, know_each_other, bytes)?)
}
