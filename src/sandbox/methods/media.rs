//! Messages with files: photos, documents and the like, and albums of them.
//!
//! Files come by id, by upload or by address. Error texts follow tdlib Client.cpp.

use serde_json::{Map, Value, json};

use crate::sandbox::errors::{Outcome, Refusal};
use crate::sandbox::files::Upload;
use crate::sandbox::json::array;
use crate::sandbox::methods::access::{self, Target};
use crate::sandbox::methods::send::{post, put_text, shown};
use crate::sandbox::params::Call;
use crate::sandbox::text;
use crate::sandbox::world::World;

const UPLOAD_MAX_BYTES: usize = 50_000_000;
const PHOTO_MAX_BYTES: usize = 10_000_000;
const ALBUM_MAX: usize = 10;

/// Fields of an upload that its sender may set.
const DESCRIBED: [&str; 6] = [
    "duration",
    "width",
    "height",
    "length",
    "performer",
    "title",
];

/// Fields of every `InputMedia`.
const ITEM: [&str; 5] = ["type", "media", "caption", "parse_mode", "caption_entities"];

/// Further fields of each kind of `InputMedia` (telegram docs).
const ITEM_MORE: [(&str, &[&str]); 6] = [
    ("photo", &["show_caption_above_media", "has_spoiler"]),
    (
        "live_photo",
        &["photo", "show_caption_above_media", "has_spoiler"],
    ),
    (
        "video",
        &[
            "thumbnail",
            "cover",
            "start_timestamp",
            "show_caption_above_media",
            "width",
            "height",
            "duration",
            "supports_streaming",
            "has_spoiler",
        ],
    ),
    (
        "animation",
        &[
            "thumbnail",
            "show_caption_above_media",
            "width",
            "height",
            "duration",
            "has_spoiler",
        ],
    ),
    ("audio", &["thumbnail", "duration", "performer", "title"]),
    ("document", &["thumbnail", "disable_content_type_detection"]),
];

/// What an `InputMedia` is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Album,
    Edit,
    EditOfAlbum,
}

pub(crate) fn photo(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "photo")
}

pub(crate) fn live_photo(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "live_photo")
}

pub(crate) fn document(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "document")
}

pub(crate) fn video(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "video")
}

pub(crate) fn animation(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "animation")
}

pub(crate) fn audio(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "audio")
}

pub(crate) fn voice(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "voice")
}

pub(crate) fn video_note(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "video_note")
}

pub(crate) fn sticker(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "sticker")
}

fn send(world: &mut World, call: &Call<'_>, kind: &'static str) -> Outcome {
    let target = access::target(world, call)?;
    let place = target.place;
    access::check_media(world, call, place)?;
    let source = call.text(kind).unwrap_or(kind.into());
    let thumbnail = call.text("thumbnail").unwrap_or("thumbnail".into());
    let extra = described(world, call, call.params, &thumbnail)?;
    let detects = kind == "document" && !call.flag("disable_content_type_detection");
    let (kind, mut media) = file(world, call, (kind, detects), &source, extra)?;
    if kind == "live_photo" {
        let still = call.text("photo").unwrap_or("photo".into());
        let (_, photo) = file(world, call, ("photo", false), &still, Map::new())?;
        media["photo"] = photo;
    }
    let mut content = Map::new();
    put_media(&mut content, kind, media);
    let caption = text::from_call(world, call, "caption", "parse_mode", "caption_entities")?;
    put_text(
        &mut content,
        ("caption", "caption_entities"),
        text::check_caption(caption)?,
    );
    put_looks(
        &mut content,
        call.flag("show_caption_above_media"),
        call.flag("has_spoiler"),
    );
    let id = post(world, call, target, &content, None)?;
    Ok(shown(world, place, id))
}

/// What programs older than a kind read instead of it stands beside it (telegram docs, `Message`).
fn put_media(content: &mut Map<String, Value>, kind: &str, media: Value) {
    if kind == "animation" {
        let mut document = media.clone();
        if let Value::Object(document) = &mut document {
            document.retain(|key, _| !["width", "height", "duration"].contains(&key.as_str()));
        }
        content.insert("document".to_owned(), document);
    }
    if kind == "live_photo" {
        content.insert("photo".to_owned(), media["photo"].clone());
    }
    content.insert(kind.to_owned(), media);
}

fn put_looks(content: &mut Map<String, Value>, caption_above: bool, spoiler: bool) {
    if caption_above {
        content.insert("show_caption_above_media".to_owned(), true.into());
    }
    if spoiler {
        content.insert("has_media_spoiler".to_owned(), true.into());
    }
}

/// What the sender of an upload says about it, its thumbnail included.
fn described(
    world: &mut World,
    call: &Call<'_>,
    fields: &Map<String, Value>,
    thumbnail: &str,
) -> Result<Map<String, Value>, Refusal> {
    let mut extra: Map<String, Value> = fields
        .iter()
        .filter(|(key, _)| DESCRIBED.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(upload) = call.upload(thumbnail) {
        check_size("photo", upload)?;
        let id = world.files.upload("photo", upload, Map::new(), call.bot);
        let stored = stored(world, call.bot, "photo", &id)?;
        extra.insert("thumbnail".to_owned(), stored[0].clone());
    }
    Ok(extra)
}

/// Kind and description of a file that is sent by id, as an upload, or from an address. Only an
/// upload can turn out to be of another kind, and only its sender describes it.
fn file(
    world: &mut World,
    call: &Call<'_>,
    (kind, detects): (&'static str, bool),
    source: &str,
    extra: Map<String, Value>,
) -> Result<(&'static str, Value), Refusal> {
    let from_address;
    let upload = if source.starts_with("https://") || source.starts_with("http://") {
        from_address = Upload {
            field: String::new(),
            file_name: source.rsplit('/').next().unwrap_or_default().to_owned(),
            mime_type: "application/octet-stream".to_owned(),
            bytes: source.as_bytes().into(),
        };
        Some(&from_address)
    } else {
        call.upload(source)
    };
    let Some(upload) = upload else {
        return Ok((kind, stored(world, call.bot, kind, source)?));
    };
    check_size(kind, upload)?;
    let kind = if detects && world.settings.unconfirmed.detects_content_type {
        detected(upload.mime_type())
    } else {
        kind
    };
    let id = world.files.upload(kind, upload, extra, call.bot);
    Ok((kind, stored(world, call.bot, kind, &id)?))
}

/// What the server makes of a document by its type.
fn detected(mime_type: &str) -> &'static str {
    match mime_type {
        "image/gif" => "animation",
        "video/mp4" => "video",
        "audio/mpeg" | "audio/mp3" => "audio",
        "image/webp" => "sticker",
        _ => "document",
    }
}

fn check_size(kind: &str, upload: &Upload) -> Result<(), Refusal> {
    let size = upload.bytes.len();
    if size > UPLOAD_MAX_BYTES || (kind == "photo" && size > PHOTO_MAX_BYTES) {
        return Err(Refusal {
            misuse: true,
            ..Refusal::new(
                413,
                format!("Request Entity Too Large: file of size {size} is too big to be uploaded"),
            )
        });
    }
    if size == 0 {
        return Err(Refusal::misuse("file must be non-empty"));
    }
    Ok(())
}

fn stored(world: &World, bot: i64, kind: &str, id: &str) -> Result<Value, Refusal> {
    let Some(file) = world.files.of(bot, id) else {
        return Err(Refusal::misuse("wrong file identifier/HTTP URL specified"));
    };
    if file.kind != kind {
        return Err(Refusal::misuse(&format!(
            "can't use file of type {} as {}",
            file_type(file.kind),
            file_type(kind)
        )));
    }
    Ok(serde_json::from_str(&file.descriptor).expect("descriptors were serialised by us"))
}

/// How the server calls kinds of files (tdlib FileType.cpp).
fn file_type(kind: &str) -> &'static str {
    match kind {
        "photo" => "Photo",
        "animation" => "Animation",
        "audio" => "Audio",
        "video" => "Video",
        "video_note" => "VideoNote",
        "voice" => "VoiceNote",
        "sticker" => "Sticker",
        "live_photo" => "LivePhoto",
        _ => "Document",
    }
}

/// An `InputMedia` as the content of a message.
pub(crate) fn input_media(
    world: &mut World,
    call: &Call<'_>,
    item: &Value,
    purpose: Use,
) -> Result<Map<String, Value>, Refusal> {
    let Some(item) = item.as_object() else {
        return Err(Refusal::misuse("can't parse InputMedia"));
    };
    let word = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = item_kind(item, purpose)?;
    let extra = described(world, call, item, word("thumbnail"))?;
    let flag = |key: &str| item.get(key) == Some(&json!(true));
    let detects =
        purpose == Use::Edit && kind == "document" && !flag("disable_content_type_detection");
    let (kind, mut media) = file(world, call, (kind, detects), word("media"), extra)?;
    if kind == "live_photo" {
        let (_, photo) = file(world, call, ("photo", false), word("photo"), Map::new())?;
        media["photo"] = photo;
    }
    let mut content = Map::new();
    put_media(&mut content, kind, media);
    let keys = ("caption", "parse_mode", "caption_entities");
    let caption = text::from_object(world, call.bot, item, keys)?;
    put_text(
        &mut content,
        ("caption", "caption_entities"),
        text::check_caption(caption)?,
    );
    put_looks(
        &mut content,
        flag("show_caption_above_media"),
        flag("has_spoiler"),
    );
    Ok(content)
}

/// The kind of an `InputMedia`, whose fields have to be those of that kind.
fn item_kind(item: &Map<String, Value>, purpose: Use) -> Result<&'static str, Refusal> {
    let wrong = |text: String| Refusal::misuse(&format!("can't parse InputMedia: {text}"));
    let name = item.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some((kind, more)) = ITEM_MORE.iter().find(|(kind, _)| *kind == name) else {
        return Err(wrong(format!("type \"{name}\" is unsupported")));
    };
    if purpose == Use::Album && name == "animation" {
        let text = format!("type \"{name}\" can't be used in sendMediaGroup");
        return Err(wrong(text));
    }
    let known = |key: &String| ITEM.contains(&key.as_str()) || more.contains(&key.as_str());
    match item.keys().find(|key| !known(key)) {
        Some(unknown) => Err(wrong(format!("unknown field {unknown}"))),
        None => Ok(kind),
    }
}

pub(crate) fn group(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    access::check_media(world, call, target.place)?;
    let items = call.list("media").unwrap_or_default();
    if items.is_empty() {
        return Err(Refusal::misuse("there are no messages to send"));
    }
    if items.len() > ALBUM_MAX {
        return Err(Refusal::misuse("too many messages to send as an album"));
    }
    let mut contents = Vec::new();
    for item in &items {
        contents.push(input_media(world, call, item, Use::Album)?);
    }
    check_mix(&contents)?;
    let media_group_id = (items.len() > 1).then(|| world.next_media_group());
    let place = target.place;
    let mut sent = Vec::new();
    for content in contents {
        check_partial(call, sent.len())?;
        let target = Target { ..target.clone() };
        sent.push(post(world, call, target, &content, media_group_id)?);
    }
    Ok(array(sent.into_iter().map(|id| shown(world, place, id))))
}

/// Documents and audio travel only among themselves.
fn check_mix(contents: &[Map<String, Value>]) -> Result<(), Refusal> {
    let count = |kind: &str| {
        contents
            .iter()
            .filter(|content| content.contains_key(kind))
            .count()
    };
    let alone = |kind: &str| count(kind) == 0 || count(kind) == contents.len();
    if alone("document") && alone("audio") {
        Ok(())
    } else {
        Err(Refusal::misuse(
            "can't use the media of the specified type in the album",
        ))
    }
}

/// A planned failure in the middle of a batch: what was delivered stays delivered.
pub(crate) fn check_partial(call: &Call<'_>, delivered: usize) -> Result<(), Refusal> {
    match &call.partial {
        Some((items, error)) if delivered >= *items => Err(Refusal::bad_request(&format!(
            "failed to send message #{} with the error message \"{error}\"",
            items + 1
        ))),
        Some(_) | None => Ok(()),
    }
}

impl World {
    pub fn next_media_group(&mut self) -> u64 {
        self.counters.media_group += 1;
        13_000_000_000_000_000 + self.counters.media_group
    }
}
