//! What is said of that which cannot be shown as it is, and of files. The rest is in `messages`.

use fluent_bundle::FluentValue;

use super::Texts;
use crate::domain::language::Language;

messages! {
    /// The words of a poll, a quiz or a rich message stand behind this.
    told_whole(kind: &str) = "told-whole";
    /// Under words that are told: there was more.
    told_without_more() = "told-without-more";
    /// Something that is named and not shown.
    told_kind(kind: &str) = "told-kind";
    /// To the client: some messages of an album did not arrive.
    album_left_out(count: u64) = "album-left-out";
    /// In the topic: some messages of the client's album are not there.
    line_album_left_out(count: u64) = "line-album-left-out";
    /// To the agent: some messages of an album did not reach the client.
    reply_album_left_out(count: u64) = "reply-album-left-out";
    /// To the admins: the virus scanner is down.
    alert_scanner() = "alert-scanner";
    /// In the topic, or to an agent: a file waits, and for whom.
    file_waits(awaited: &str) = "file-waits";
    /// A file may still say who made it.
    file_unclean() = "file-unclean";
    /// To the client: a file was not passed on.
    file_withheld_from_desk(reason: &str) = "file-withheld-from-desk";
    /// To the agents: a client's file was not passed on.
    file_withheld_from_client(reason: &str) = "file-withheld-from-client";
    /// To the agent: their file was not passed on.
    reply_file_withheld(reason: &str) = "reply-file-withheld";
    /// An album had to be sent again one by one.
    album_maybe_twice() = "album-maybe-twice";
}
