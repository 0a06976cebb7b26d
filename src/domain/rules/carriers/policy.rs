//! What becomes of every carrier on this desk: the defaults, and what the config chose instead.
//! Holds nothing that cannot be done safely.

use std::collections::BTreeMap;

use super::{Carrier, Direction, Treatment, allowed_treatments, default_treatment};

/// The defaults with the config's choices over them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    chosen: BTreeMap<(Direction, Carrier), Treatment>,
}

/// A treatment that a config may not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {} cannot be {}", .direction.name(), .carrier.name(), .treatment.name())]
pub struct NotAllowed {
    /// Of what.
    pub carrier: Carrier,
    /// Which way.
    pub direction: Direction,
    /// What was asked for.
    pub treatment: Treatment,
}

impl Policy {
    /// What becomes of a carrier.
    pub fn treatment(&self, carrier: Carrier, direction: Direction) -> Treatment {
        match self.chosen.get(&(direction, carrier)) {
            Some(treatment) => *treatment,
            None => default_treatment(carrier, direction),
        }
    }

    /// The same policy with one choice more.
    pub fn with(
        mut self,
        carrier: Carrier,
        direction: Direction,
        treatment: Treatment,
    ) -> Result<Policy, NotAllowed> {
        if !allowed_treatments(carrier, direction).contains(&treatment) {
            return Err(NotAllowed {
                carrier,
                direction,
                treatment,
            });
        }
        // A choice that is the default is no choice, so that equal policies are equal values.
        if treatment == default_treatment(carrier, direction) {
            self.chosen.remove(&(direction, carrier));
        } else {
            self.chosen.insert((direction, carrier), treatment);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_can_be_chosen_and_nothing_else() {
        for carrier in Carrier::ALL {
            for direction in Direction::ALL {
                for treatment in Treatment::ALL {
                    let chosen = Policy::default().with(carrier, direction, treatment);
                    if allowed_treatments(carrier, direction).contains(&treatment) {
                        let policy = chosen.expect("it is allowed");
                        assert_eq!(policy.treatment(carrier, direction), treatment);
                    } else {
                        let error = chosen.expect_err("it is not allowed");
                        assert_eq!(error.treatment, treatment);
                    }
                }
            }
        }
    }

    #[test]
    fn one_choice_changes_one_thing_and_can_be_taken_back() {
        let policy = Policy::default()
            .with(Carrier::Phone, Direction::ToClient, Treatment::Refuse)
            .expect("it is allowed");
        assert_eq!(
            policy.treatment(Carrier::Phone, Direction::ToDesk),
            Treatment::Strip
        );
        assert_eq!(
            policy.treatment(Carrier::Email, Direction::ToClient),
            Treatment::Pass
        );
        let back = policy
            .with(Carrier::Phone, Direction::ToClient, Treatment::Pass)
            .expect("it is the default");
        assert_eq!(back, Policy::default());
    }
}
