//! The support groups of a config: the main one and those of `[[desks]]`.

use super::ids::{ChatId, DeskId};
use super::settings::DeskConfig;

/// What the main desk is called where each has a name, and what a group that the config does not name any
/// more is. No other desk may be called so: figures are told apart by these names.
pub const RESERVED_NAMES: [&str; 2] = [MAIN_NAME, PAST_NAME];
/// The main desk.
pub const MAIN_NAME: &str = "main";
/// A group that the config does not name any more.
pub const PAST_NAME: &str = "unknown";

/// The groups in which hushdesk works. Cheap to ask where there is one only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desks {
    main: ChatId,
    further: Vec<DeskConfig>,
}

impl Desks {
    /// The main group, by its id as configured, and the further ones.
    pub fn new(main: ChatId, further: Vec<DeskConfig>) -> Self {
        Self { main, further }
    }

    /// Whether there is no group but the main one.
    pub fn is_single(&self) -> bool {
        self.further.is_empty()
    }

    /// All of them, the main one first.
    pub fn all(&self) -> impl Iterator<Item = DeskId> + use<> {
        let further: Vec<DeskId> = self.further.iter().map(id).collect();
        [DeskId::MAIN].into_iter().chain(further)
    }

    /// The further ones, as configured.
    pub fn further(&self) -> &[DeskConfig] {
        &self.further
    }

    /// The group of a desk as configured; the main one's where the desk is not there any more.
    pub fn chat(&self, desk: DeskId) -> ChatId {
        let known = self.further.iter().find(|known| id(known) == desk);
        known.map_or(self.main, |known| known.support_group_id)
    }

    /// What a further desk is called in the config; none for the main one.
    pub fn name(&self, desk: DeskId) -> Option<&str> {
        let mut further = self.further.iter();
        let known = further.find(|known| id(known) == desk)?;
        Some(known.name.as_str())
    }

    /// Whether it is one of them.
    pub fn has(&self, desk: DeskId) -> bool {
        desk == DeskId::MAIN || self.further.iter().any(|known| id(known) == desk)
    }

    /// This one, or the main one where it is not there any more.
    pub fn known(&self, desk: DeskId) -> DeskId {
        if self.has(desk) { desk } else { DeskId::MAIN }
    }
}

/// The number of a further desk.
pub fn id(desk: &DeskConfig) -> DeskId {
    DeskId(desk.support_group_id.0)
}
