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

pub(crate) fn photo(world: &mut World, call: &Call<'_>) -> Outcome {
    send(world, call, "photo")
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
    let source = call.text(kind).unwrap_or(kind.into());
    let described = call.params.iter();
    let extra = described
        .filter(|(key, _)| DESCRIBED.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let media = file(world, call, kind, &source, extra)?;
    let mut content = Map::new();
    content.insert(kind.to_owned(), media);
    let caption = text::from_call(call, "caption", "parse_mode", "caption_entities")?;
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

fn put_looks(content: &mut Map<String, Value>, caption_above: bool, spoiler: bool) {
    if caption_above {
        content.insert("show_caption_above_media".to_owned(), true.into());
    }
    if spoiler {
        content.insert("has_media_spoiler".to_owned(), true.into());
    }
}

/// The description of a file that is sent by id, as an upload, or from an address.
fn file(
    world: &mut World,
    call: &Call<'_>,
    kind: &'static str,
    source: &str,
    extra: Map<String, Value>,
) -> Result<Value, Refusal> {
    if let Some(upload) = call.upload(source) {
        check_size(kind, upload)?;
        let id = world.files.upload(kind, upload, extra);
        return stored(world, kind, &id);
    }
    if source.starts_with("https://") || source.starts_with("http://") {
        let upload = Upload {
            field: String::new(),
            file_name: source.rsplit('/').next().unwrap_or_default().to_owned(),
            mime_type: "application/octet-stream".to_owned(),
            bytes: source.as_bytes().into(),
        };
        let id = world.files.upload(kind, &upload, extra);
        return stored(world, kind, &id);
    }
    stored(world, kind, source)
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

fn stored(world: &World, kind: &str, id: &str) -> Result<Value, Refusal> {
    let Some(file) = world.files.get(id) else {
        return Err(Refusal::misuse("wrong file identifier/HTTP URL specified"));
    };
    if file.kind != kind {
        return Err(Refusal::misuse(&format!(
            "can't use file of type {} as {kind}",
            file.kind
        )));
    }
    Ok(serde_json::from_str(&file.descriptor).expect("descriptors were serialised by us"))
}

/// An `InputMedia` as the content of a message.
pub(crate) fn input_media(
    world: &mut World,
    call: &Call<'_>,
    item: &Value,
) -> Result<Map<String, Value>, Refusal> {
    let Some(item) = item.as_object() else {
        return Err(Refusal::misuse("can't parse InputMedia"));
    };
    let word = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match word("type") {
        "photo" => "photo",
        "video" => "video",
        "document" => "document",
        "audio" => "audio",
        "animation" => "animation",
        other => {
            return Err(Refusal::misuse(&format!(
                "type \"{other}\" can't be used in sendMediaGroup"
            )));
        }
    };
    let extra = item
        .iter()
        .filter(|(key, _)| DESCRIBED.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let media = file(world, call, kind, word("media"), extra)?;
    let mut content = Map::new();
    content.insert(kind.to_owned(), media);
    let caption = text::from_object(item, "caption", "parse_mode", "caption_entities")?;
    put_text(
        &mut content,
        ("caption", "caption_entities"),
        text::check_caption(caption)?,
    );
    let flag = |key: &str| item.get(key) == Some(&json!(true));
    put_looks(
        &mut content,
        flag("show_caption_above_media"),
        flag("has_spoiler"),
    );
    Ok(content)
}

pub(crate) fn group(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let items = call.list("media").unwrap_or_default();
    if items.is_empty() {
        return Err(Refusal::misuse("there are no messages to send"));
    }
    if items.len() > ALBUM_MAX {
        return Err(Refusal::misuse("too many messages to send as an album"));
    }
    let mut contents = Vec::new();
    for item in &items {
        contents.push(input_media(world, call, item)?);
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

/// Documents and audio travel only among themselves, animations never in an album.
fn check_mix(contents: &[Map<String, Value>]) -> Result<(), Refusal> {
    let count = |kind: &str| {
        contents
            .iter()
            .filter(|content| content.contains_key(kind))
            .count()
    };
    let alone = |kind: &str| count(kind) == 0 || count(kind) == contents.len();
    if alone("document") && alone("audio") && count("animation") == 0 {
        Ok(())
    } else {
        Err(Refusal::misuse(
            "can't use the media of the specified type in the album",
        ))
    }
}

/// A planned failure in the middle of a batch: what was delivered stays delivered.
pub(crate) fn check_partial(call: &Call<'_>, delivered: usize) -> Result<(), Refusal> {
    match call.partial {
        Some(items) if delivered >= items => Err(Refusal::bad_request(&format!(
            "failed to send message #{} with the error message \"Internal Server Error\"",
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
