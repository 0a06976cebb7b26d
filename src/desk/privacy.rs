//! What of a client's words is hidden from the agents, and kept under seal where the operator has a key.

use serde_json::{Map, Value};

use super::turn::Turn;
use crate::domain::content::{Content, Text, Whole};
use crate::domain::rules::carriers::{Carrier, Direction, Treatment};
use crate::domain::rules::find::link;
use crate::domain::rules::mask::{self, Redacted};
use crate::store::messages::Found;
use crate::store::secrets::Secret;
use crate::store::{Error, secrets};

/// A client's message as it is kept and shown.
pub(super) struct MaskedContent {
    /// With what has to be hidden hidden.
    pub content: Content,
    /// What was taken out.
    pub redacted: Vec<Redacted>,
}

impl Turn<'_> {
    /// A client's message as it is kept and shown.
    pub fn mask_content(&self, content: &Content) -> MaskedContent {
        let privacy = &self.settings().privacy;
        let mask = |words: &Text| mask::mask(words, privacy.mask, &privacy.policy);
        let masked = mask(&content.text);
        let mut redacted = masked.redacted;
        let whole = content.whole.as_ref().map(|whole| {
            let words = mask(&whole.words);
            redacted.extend(words.redacted);
            Whole {
                is_changed: whole.is_changed || words.text != whole.words,
                words: words.text,
                ..whole.clone()
            }
        });
        let content = Content {
            text: masked.text,
            whole,
            preview: content.preview.as_ref().map(harmless),
            ..self.named_content(content, Direction::ToDesk)
        };
        MaskedContent { content, redacted }
    }

    /// A message as it is kept, with the name of its file where the policy lets that over.
    pub fn named_content(&self, content: &Content, direction: Direction) -> Content {
        let policy = &self.settings().privacy.policy;
        match policy.treatment(Carrier::FileName, direction) {
            Treatment::Pass => content.clone(),
            Treatment::Strip | Treatment::Confirm | Treatment::Withhold | Treatment::Refuse => {
                content.clone().without_name()
            }
        }
    }

    /// Keeps what was taken out of a message under seal. Without a key it is gone.
    pub fn seal(&self, found: Found, redacted: &[Redacted]) -> Result<(), Error> {
        let Some(vault) = self.vault() else {
            return Ok(());
        };
        for piece in redacted {
            let mut nonce = [0; 24];
            for eight in nonce.chunks_exact_mut(8) {
                eight.copy_from_slice(&self.random().to_le_bytes());
            }
            let sealed = vault.seal(&context(found), &piece.value, nonce);
            secrets::insert(
                self.db,
                found.ticket,
                found.row,
                &piece.placeholder,
                &sealed,
            )?;
        }
        Ok(())
    }

    /// What stands under a seal; none without the key that it was sealed with.
    pub fn unseal(&self, secret: &Secret) -> Option<String> {
        let context = format!("secret:{}", secret.message.0);
        self.vault()?.open(&context, &secret.sealed).ok()
    }
}

/// Another page than those in the words may be previewed: somebody's own, too.
fn harmless(preview: &Map<String, Value>) -> Map<String, Value> {
    let mut preview = preview.clone();
    let url = preview.get("url").and_then(Value::as_str);
    if url.is_some_and(|url| link::read(url).is_some()) {
        preview.remove("url");
    }
    preview
}

/// Ties a seal to its message, so that it opens nowhere else.
fn context(found: Found) -> String {
    format!("secret:{}", found.row.0)
}
