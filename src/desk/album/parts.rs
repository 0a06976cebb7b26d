//! The messages of an album as they leave: their files, their captions, and whether they can be one.

use super::super::captions;
use super::super::carry::{self, Route};
use super::super::file::{self, Verdict};
use super::super::turn::Turn;
use crate::domain::call::{FileSource, Item, Source};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::ids::{MessageRowId, OutboxId};
use crate::store::messages::Found;
use crate::store::{Error, albums, jobs, messages};

/// The most that one call takes (Bot API docs, `sendMediaGroup`).
const ITEMS_MAX: usize = 10;

/// The messages of an album as they go on.
pub(super) struct Gathered {
    pub(super) items: Vec<Item>,
    pub(super) rows: Vec<MessageRowId>,
    /// Captions that are too long for a bot, each as words of its own.
    pub(super) words: Vec<(MessageRowId, Text)>,
    /// Whether Telegram takes these kinds as one album.
    pub(super) is_groupable: bool,
}

/// `place` is the call that keeps the album's place: what does not go with it goes behind it.
pub(super) fn gather(
    turn: &mut Turn<'_>,
    route: Route,
    rows: &[MessageRowId],
    place: OutboxId,
) -> Result<Gathered, Error> {
    let mut gathered = Gathered {
        items: Vec::new(),
        rows: Vec::new(),
        words: Vec::new(),
        is_groupable: true,
    };
    let contents: Vec<(MessageRowId, Content)> = rows
        .iter()
        .map(|row| Ok((*row, messages::content(turn.db, *row)?)))
        .collect::<Result<_, Error>>()?;
    gathered.is_groupable = is_groupable(&contents);
    let labelled = labelled(contents.iter().map(|(_, content)| content));
    for (index, (row, content)) in contents.iter().enumerate().take(ITEMS_MAX) {
        let Some(file) = file_of(turn, route, *row, content, place)? else {
            continue;
        };
        let caption = if index == labelled {
            captions::of(turn, route, content)
        } else {
            carry::shown(turn, route.direction, &content.text)
        };
        let (caption, words) = captions::fitting(caption);
        let words = words.into_iter().map(|text| (*row, text));
        gathered.words.extend(words);
        gathered.rows.push(*row);
        gathered.items.push(Item {
            kind: content.kind,
            file,
            looks: content
                .media
                .as_ref()
                .map(|media| media.looks)
                .unwrap_or_default(),
            caption,
        });
    }
    Ok(gathered)
}

/// Which caption of an album has the label: the first that has words, or the first at all.
fn labelled<'a>(mut contents: impl Iterator<Item = &'a Content>) -> usize {
    contents
        .position(|content| !content.text.is_empty())
        .unwrap_or(0)
}

/// Whether the caption of this message has the label.
pub(in crate::desk) fn has_label(turn: &Turn<'_>, found: Found) -> Result<bool, Error> {
    let Some(id) = albums::of_message(turn.db, found.row)? else {
        return Ok(true);
    };
    let Some(album) = albums::by_id(turn.db, id)? else {
        return Ok(true);
    };
    let rows = albums::items(turn.db, &album)?;
    let contents: Vec<Content> = rows
        .iter()
        .map(|row| messages::content(turn.db, *row))
        .collect::<Result<_, _>>()?;
    Ok(rows.get(labelled(contents.iter())) == Some(&found.row))
}

/// Photos and videos go together, documents and audio only with their like
/// (Bot API docs, `sendMediaGroup`).
fn is_groupable(contents: &[(MessageRowId, Content)]) -> bool {
    let all = |fits: fn(Kind) -> bool| {
        contents
            .iter()
            .all(|(_, content)| fits(content.kind) && content.media.is_some())
    };
    all(|kind| matches!(kind, Kind::Photo | Kind::Video))
        || all(|kind| kind == Kind::Document)
        || all(|kind| kind == Kind::Audio)
}

/// The file of one message; none where it is withheld, which both sides are told.
fn file_of(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    content: &Content,
    place: OutboxId,
) -> Result<Option<FileSource>, Error> {
    let telegram = content
        .media
        .as_ref()
        .map(|media| FileSource::Telegram(media.file_id.clone()));
    let Some(job) = jobs::of_message(turn.db, row)? else {
        // A kind without a file is copied by its id, and the file is not asked for.
        return Ok(Some(
            telegram.unwrap_or(FileSource::Telegram(String::new())),
        ));
    };
    let found = messages::by_id(turn.db, row)?;
    match file::verdict(turn, &job, found, content)? {
        Some(Verdict::Send { file, is_unclean }) => {
            if is_unclean && job.spec.hides() {
                file::say_unclean(turn, route, row, place)?;
            }
            Ok(Some(file))
        }
        Some(Verdict::Copy) => {
            if job.spec.hides() && telegram.is_some() {
                file::say_unclean(turn, route, row, place)?;
            }
            Ok(telegram)
        }
        Some(Verdict::Withhold(why)) => {
            file::withheld(turn, route, row, why, place)?;
            file::words_alone(turn, route, row, content, place)?;
            Ok(None)
        }
        None => Ok(None),
    }
}

pub(super) fn sources(turn: &Turn<'_>, rows: &[MessageRowId]) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for row in rows {
        let found = messages::by_id(turn.db, *row)?;
        sources.extend(file::source(turn, found)?);
    }
    Ok(sources)
}
