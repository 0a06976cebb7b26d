//! What of a client's words is hidden from the agents, and kept under seal where the operator has a key.

use super::turn::Turn;
use crate::domain::content::{Content, Text};
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
        let masked = mask::mask(&content.text, privacy.mask, &privacy.policy);
        MaskedContent {
            content: Content {
                text: masked.text,
                ..content.clone()
            },
            redacted: masked.redacted,
        }
    }

    /// The words with what has to be hidden hidden; none where nothing has to.
    pub fn mask_words(&self, words: &Text) -> Option<Text> {
        let privacy = &self.settings().privacy;
        let masked = mask::mask(words, privacy.mask, &privacy.policy).text;
        (masked != *words).then_some(masked)
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

/// Ties a seal to its message, so that it opens nowhere else.
fn context(found: Found) -> String {
    format!("secret:{}", found.row.0)
}
