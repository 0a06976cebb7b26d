//! Files that are cleaned or scanned before they go on: what follows from how that ended.

use super::album;
use super::captions;
use super::carry::{self, Answers, Parcel, Route};
use super::edit::WORDS_PART;
use super::turn::{NOT_YET, Turn};
use crate::domain::call::{Call, FileSource, Item, Purpose, Source, Standing};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::{Awaited, JobEnd};
use crate::domain::ids::{JobId, MessageRowId, OutboxId};
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::settings::{LargeFiles, UncleanFiles};
use crate::domain::ticket::Side;
use crate::store::claims::OutboxRow;
use crate::store::jobs::{self, Job};
use crate::store::messages::Found;
use crate::store::{Error, Place, albums, alerts, claims, clients, messages, outbox, tickets};

/// How much of a file's own name is kept, from its end.
const NAME_MAX: usize = 100;

/// The trouble of a scanner that does not answer.
const SCANNER: &str = "scanner";

/// Ends of names that tell what a file is and not whose: others become `bin`.
const EXTENSIONS: [&str; 44] = [
    "7z", "aac", "ai", "apk", "avi", "bin", "bmp", "bz2", "csv", "doc", "docx", "eml", "epub",
    "exe", "flac", "gif", "gz", "heic", "html", "jpg", "json", "key", "log", "m4a", "md", "mkv",
    "mov", "mp3", "mp4", "ods", "odt", "ogg", "pdf", "png", "ppt", "psd", "rar", "rtf", "tar",
    "txt", "wav", "webm", "xls", "zip",
];

/// The same for what is plain text.
const TEXT_EXTENSIONS: [&str; 4] = ["csv", "json", "log", "md"];

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is sent, from here.
    Send {
        /// From where.
        file: FileSource,
        /// Whether it may still say who made it.
        is_unclean: bool,
    },
    /// It is copied as it is: it cannot be fetched, and the operator lets it pass.
    Copy,
    /// It is not passed on, for this reason.
    Withhold(&'static str),
}

/// The work on a file has ended.
pub(super) fn ended(turn: &mut Turn<'_>, job: JobId, end: &JobEnd) -> Result<(), Error> {
    if !jobs::end(turn.db, job, end)? {
        return Ok(());
    }
    alerts::is_over(turn.db, SCANNER)?;
    let Some(job) = jobs::by_id(turn.db, job)? else {
        return Ok(());
    };
    // Parts of albums are looked at when the album is complete.
    let Some(call) = job.call else {
        return Ok(());
    };
    match outbox::waiting_call(turn.db, call)? {
        Some((purpose, lane, Some(message))) if message == job.message => {
            release(turn, &job, call, purpose, &lane)
        }
        _ => Ok(()),
    }
}

/// The work on a file waits: the admins are told of a scanner that does not answer, and the agents, once, that a
/// file waits.
pub(super) fn waits(turn: &mut Turn<'_>, job: JobId, awaited: Awaited) -> Result<(), Error> {
    match awaited {
        Awaited::Scanner => {
            let text = turn.texts().alert_scanner(turn.language());
            turn.alert(SCANNER, text)?;
        }
        // Nobody here can mend that.
        Awaited::Telegram => {}
    }
    let Some(job) = jobs::by_id(turn.db, job)?.filter(|job| job.ended.is_none()) else {
        return Ok(());
    };
    if !jobs::tell(turn.db, job.id)? {
        return Ok(());
    }
    let found = messages::by_id(turn.db, job.message)?;
    let line = turn.texts().file_waits(turn.language(), awaited.name());
    match found.side {
        Side::Client => turn.tell_topic_ahead(found.ticket, line),
        Side::Agent => turn.answer_row(job.message, line),
    }
}

/// What the operator's choices make of how the work ended.
pub(super) fn verdict(
    turn: &Turn<'_>,
    job: &Job,
    found: Found,
    content: &Content,
) -> Result<Option<Verdict>, Error> {
    let Some(end) = &job.ended else {
        return Ok(None);
    };
    let privacy = &turn.settings().privacy;
    let media = content.media.as_ref();
    let given = media.and_then(|media| media.extension.as_deref());
    let known = given.filter(|extension| EXTENSIONS.contains(extension));
    let spool = |extension: &str, is_unclean| -> Result<Verdict, Error> {
        let number = jobs::number_in_ticket(turn.db, found.ticket, job.id)?;
        let plain = || format!("{}-{number}.{extension}", plain_name(content.kind));
        let own = media.and_then(|media| media.name.as_deref());
        let name = own.map_or_else(plain, sendable);
        Ok(Verdict::Send {
            file: FileSource::Spool { job: job.id, name },
            is_unclean,
        })
    };
    Ok(Some(match end {
        JobEnd::Cleaned { extension } if job.spec.clean => {
            let is_text = extension == "txt";
            let text = given.filter(|given| is_text && TEXT_EXTENSIONS.contains(given));
            spool(text.unwrap_or(extension), false)?
        }
        JobEnd::Cleaned { .. } if job.spec.rename => spool(known.unwrap_or("bin"), false)?,
        // It was only scanned.
        JobEnd::Cleaned { .. } => Verdict::Copy,
        JobEnd::Unsupported | JobEnd::Unreadable => match privacy.unclean_files {
            UncleanFiles::Pass => spool(known.unwrap_or("bin"), true)?,
            UncleanFiles::Withhold => Verdict::Withhold("unclean"),
        },
        JobEnd::TooLarge => match privacy.large_files {
            LargeFiles::Pass => Verdict::Copy,
            LargeFiles::Withhold => Verdict::Withhold("too_large"),
        },
        JobEnd::Infected => Verdict::Withhold("infected"),
        JobEnd::Unscanned => Verdict::Withhold("unscanned"),
        JobEnd::Unavailable => Verdict::Withhold("unavailable"),
    }))
}

/// A file's own name as it can be sent: a name, and no path.
fn sendable(name: &str) -> String {
    let is_odd = |letter: char| letter.is_control() || matches!(letter, '/' | '\\' | '"');
    let letters = name.chars().rev().take(NAME_MAX).collect::<Vec<_>>();
    let letters = letters.into_iter().rev();
    letters
        .map(|letter| if is_odd(letter) { '_' } else { letter })
        .collect()
}

fn plain_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
        Kind::Animation => "animation",
        _ => "document",
    }
}

/// The call that waited for the work takes its form.
fn release(
    turn: &mut Turn<'_>,
    job: &Job,
    call: OutboxId,
    purpose: Purpose,
    lane: &str,
) -> Result<(), Error> {
    let found = messages::by_id(turn.db, job.message)?;
    let content = messages::content(turn.db, job.message)?;
    let Some(verdict) = verdict(turn, job, found, &content)? else {
        return Ok(());
    };
    let route = route(turn, found)?;
    let (file, is_unclean) = match verdict {
        Verdict::Send { file, is_unclean } => (file, is_unclean && job.spec.hides()),
        Verdict::Copy => match &content.media {
            Some(media) => (
                FileSource::Telegram(media.file_id.clone()),
                job.spec.hides(),
            ),
            None => {
                let nothing = "nothing to send";
                return outbox::drop_waiting(turn.db, call, lane, nothing, turn.now);
            }
        },
        Verdict::Withhold(why) => {
            withheld(turn, route, job.message, why, call)?;
            words_alone(turn, route, job.message, &content, call)?;
            return outbox::drop_waiting(turn.db, call, lane, why, turn.now);
        }
    };
    let (caption, words) = captions::fitting(captions::of_found(turn, route, found, &content)?);
    let (caption, is_marked) = if is_unclean && route.direction == Direction::ToDesk {
        with_mark(turn, caption)
    } else {
        (caption, false)
    };
    let item = Item {
        kind: content.kind,
        file,
        looks: content
            .media
            .as_ref()
            .map(|media| media.looks)
            .unwrap_or_default(),
        caption,
    };
    let ready = ready_call(turn, route, call, purpose, job.message, item)?;
    outbox::release(turn.db, call, &ready, turn.now)?;
    // Words that stand behind an earlier file have followed the change already.
    if purpose != Purpose::Edit {
        words_behind(turn, route, job.message, &words, call)?;
    }
    if is_unclean && !is_marked {
        say_unclean(turn, route, job.message, call)?;
    }
    Ok(())
}

/// A caption with a line below that the file may still say who made it, where both fit. Whether they did.
pub(super) fn with_mark(turn: &Turn<'_>, caption: Text) -> (Text, bool) {
    let line = turn.texts().file_unclean(turn.language());
    let longer = if caption.is_empty() {
        Text::plain(line)
    } else {
        text::join(&caption, &Text::plain(format!("\n{line}")))
    };
    if text::utf16_len(&longer.text) <= CAPTION_MAX {
        (longer, true)
    } else {
        (caption, false)
    }
}

/// Whether the file of a message went over and may still say who made it.
pub(super) fn is_unclean(turn: &Turn<'_>, found: Found, content: &Content) -> Result<bool, Error> {
    let Some(job) = jobs::of_message(turn.db, found.row)? else {
        return Ok(false);
    };
    Ok(match verdict(turn, &job, found, content)? {
        Some(Verdict::Send { is_unclean, .. }) => is_unclean && job.spec.hides(),
        Some(Verdict::Copy) => job.spec.hides(),
        Some(Verdict::Withhold(_)) | None => false,
    })
}

/// What is too long for a caption, behind the call that carries the medium.
pub(super) fn words_behind(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    words: &[Text],
    place: OutboxId,
) -> Result<(), Error> {
    for (part, text) in (WORDS_PART..).zip(words) {
        let call = Call::words(route.to(), text.clone(), None);
        turn.carry_behind(route, (row, part), &call, place)?;
    }
    Ok(())
}

/// The agents read that a file may still say who made it: below a client's, and at their own.
pub(super) fn say_unclean(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    place: OutboxId,
) -> Result<(), Error> {
    let line = turn.texts().file_unclean(turn.language());
    match route.direction {
        Direction::ToDesk => turn.tell_topic_behind(route.ticket, line, place),
        Direction::ToClient => turn.answer_row(row, line),
    }
}

fn ready_call(
    turn: &Turn<'_>,
    route: Route,
    call: OutboxId,
    purpose: Purpose,
    row: MessageRowId,
    item: Item,
) -> Result<Call, Error> {
    if purpose == Purpose::Edit {
        return Ok(Call::EditMedia {
            copy: Standing {
                row,
                part: 0,
                whose: route.whose(),
            },
            item,
        });
    }
    let reply_to = match claims::unfinished(turn.db, call)?.map(|row| row.call) {
        Some(Call::Await { reply_to, .. }) => reply_to,
        _ => None,
    };
    Ok(Call::SendMedia {
        to: route.to(),
        item,
        reply_to,
    })
}

/// The way that a message takes, from what is kept of it.
pub(super) fn route(turn: &Turn<'_>, found: Found) -> Result<Route, Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    Ok(match found.side {
        Side::Client => Route::to_desk(turn, &ticket, turn.now),
        Side::Agent => {
            let client = clients::by_id(turn.db, ticket.client)?;
            Route::to_client(turn, &ticket, &client)
        }
    })
}

/// A file is not passed on: both sides read why, agents where the file would stand.
pub(super) fn withheld(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    why: &str,
    place: OutboxId,
) -> Result<(), Error> {
    match route.direction {
        Direction::ToDesk => {
            let client = clients::by_id(turn.db, route.client)?;
            let text = turn.texts().file_withheld_from_desk(client.language, why);
            let original = messages::where_in(turn.db, row, Place::Client(client.id))?;
            turn.tell_client(client.id, Some(route.ticket), text, original)?;
            let line = turn.texts().file_withheld_from_client(turn.language(), why);
            turn.tell_topic_behind(route.ticket, line, place)
        }
        Direction::ToClient => {
            let text = turn.texts().reply_file_withheld(turn.language(), why);
            turn.refuse_row(row, text)
        }
    }
}

/// A file whose cleaned form is not there any more is fetched and cleaned again; its call waits for it
/// once more. Whether it was such a file.
pub(super) fn make_again(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
    let (to, reply_to, item) = match &row.call {
        Call::SendMedia { to, item, reply_to } => (*to, reply_to.clone(), item),
        Call::EditMedia { item, .. } => {
            let Some(message) = row.message else {
                return Ok(false);
            };
            (
                route(turn, messages::by_id(turn.db, message)?)?.to(),
                None,
                item,
            )
        }
        // Its messages go one by one, and each is made again by itself.
        Call::SendAlbum { items, .. } => {
            let is_ours = |item: &Item| matches!(item.file, FileSource::Spool { .. });
            return Ok(items.iter().any(is_ours) && album::one_by_one(turn, row)?);
        }
        _ => return Ok(false),
    };
    let FileSource::Spool { job, .. } = &item.file else {
        return Ok(false);
    };
    if !jobs::begin_again(turn.db, *job, row.id, turn.now)? {
        // The work is long forgotten; the file is not.
        let Some(message) = row.message else {
            return Ok(false);
        };
        let content = messages::content(turn.db, message)?;
        let direction = route(turn, messages::by_id(turn.db, message)?)?.direction;
        let Some(spec) = carry::work_on(turn, direction, &content) else {
            return Ok(false);
        };
        jobs::insert(turn.db, message, Some(row.id), &spec, turn.now)?;
    }
    claims::replace_call(turn.db, row.id, &Call::Await { to, reply_to })?;
    claims::retry(turn.db, row, NOT_YET, row.failures + 1, row.maybe_sent)?;
    Ok(true)
}

/// The words of a message whose file is not passed on, behind the call that kept its place.
pub(super) fn words_alone(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    content: &Content,
    place: OutboxId,
) -> Result<(), Error> {
    if content.text.is_empty() {
        return Ok(());
    }
    let caption = captions::of(turn, route, content);
    for (part, text) in (0..).zip(text::split(&caption, TEXT_MAX)) {
        let words = Call::words(route.to(), text, None);
        turn.carry_behind(route, (row, part), &words, place)?;
    }
    Ok(())
}

/// The original of a message, to be copied by its id.
pub(super) fn source(turn: &Turn<'_>, found: Found) -> Result<Option<Source>, Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    Ok(match found.side {
        Side::Client => messages::where_in(turn.db, found.row, Place::Client(ticket.client))?
            .map(|message| Source::Client(ticket.client, message)),
        Side::Agent => messages::original_in_group(turn.db, found.row)?
            .map(|(chat, _, message)| Source::Desk(chat, message)),
    })
}

/// A kept message once more on its way, as if it had been written now.
pub(super) fn send_again(turn: &mut Turn<'_>, found: Found, answers: Answers) -> Result<(), Error> {
    let content = messages::content(turn.db, found.row)?;
    let Some(source) = source(turn, found)? else {
        return Ok(());
    };
    let route = route(turn, found)?;
    let parcel = Parcel {
        content: &content,
        source,
        answers,
        is_changed: true,
        is_confirmed: true,
    };
    carry::send(turn, route, found.row, &parcel)
}

/// Whether a message still belongs to an album that is being collected.
pub(super) fn is_in_open_album(turn: &Turn<'_>, row: MessageRowId) -> Result<bool, Error> {
    let Some(album) = albums::of_message(turn.db, row)? else {
        return Ok(false);
    };
    Ok(albums::by_id(turn.db, album)?
        .is_some_and(|album| album.state == albums::AlbumState::Collecting))
}
