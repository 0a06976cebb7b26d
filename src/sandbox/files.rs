//! Files by id: what was uploaded or sent, and what can be downloaded.
//!
//! Must not know messages; a file only remembers how its kind of media describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::sandbox::json;

/// Media keys whose value describes a file.
pub(crate) const MEDIA: [&str; 9] = [
    "photo",
    "animation",
    "audio",
    "document",
    "video",
    "video_note",
    "voice",
    "sticker",
    "live_photo",
];

/// A part of a multipart request.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Name of the form field, without `attach://`.
    pub field: String,
    pub file_name: String,
    pub mime_type: String,
    pub bytes: Arc<[u8]>,
}

impl Upload {
    /// The server goes by the name of a file, and by what the form says of its type only where the
    /// name says nothing (tdlib MimeType.cpp).
    pub(crate) fn mime_type(&self) -> &str {
        let extension = self.file_name.rsplit_once('.').map(|(_, end)| end);
        let known = MIME_TYPES.iter().find(|(end, _)| {
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case(end))
        });
        known.map_or(&self.mime_type, |(_, mime_type)| mime_type)
    }
}

const MIME_TYPES: [(&str, &str); 8] = [
    ("gif", "image/gif"),
    ("jpg", "image/jpeg"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("webp", "image/webp"),
];

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub unique_id: String,
    /// One of [`MEDIA`].
    pub kind: &'static str,
    /// JSON value of the message field named by the kind.
    pub descriptor: Box<str>,
    pub size: u64,
    pub path: String,
    pub bytes: Option<Arc<[u8]>>,
    /// Bots that were given this id, which is no use to others. None: nobody has sent it yet.
    pub bots: BTreeSet<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct Files {
    by_id: BTreeMap<String, File>,
    ids_by_path: BTreeMap<String, String>,
    uploads: u64,
}

impl Files {
    pub fn get(&self, id: &str) -> Option<&File> {
        self.by_id.get(id)
    }

    /// The file that a bot means by an id.
    pub fn of(&self, bot: i64, id: &str) -> Option<&File> {
        self.get(id).filter(|file| file.is_of(bot))
    }

    pub fn by_path(&self, path: &str) -> Option<&File> {
        self.by_id.get(self.ids_by_path.get(path)?)
    }

    /// Gives a file that somebody sends, or will send, its bytes.
    pub fn put_bytes(&mut self, id: &str, bytes: Arc<[u8]>) {
        let size = bytes.len() as u64;
        if let Some(file) = self.by_id.get_mut(id) {
            file.size = size;
            file.bytes = Some(bytes);
        } else {
            let mut file = File::new("document", id, &json!({"file_id": id}), size);
            file.bytes = Some(bytes);
            self.insert(id, file);
        }
    }

    /// Registers every file of a message that somebody sends, for the bots that see it.
    pub fn learn(&mut self, content: &Map<String, Value>, bots: &[i64]) {
        for kind in MEDIA {
            let Some(media) = content.get(kind) else {
                continue;
            };
            // The document beside an animation is the animation once more.
            if kind == "document" && content.contains_key("animation") {
                continue;
            }
            match media {
                Value::Array(sizes) => {
                    for size in sizes {
                        self.learn_one(kind, size, media, bots);
                    }
                }
                one => self.learn_one(kind, one, media, bots),
            }
            if let Some(thumbnail) = media.get("thumbnail") {
                self.learn_one("photo", thumbnail, &json!([thumbnail]), bots);
            }
        }
    }

    fn learn_one(&mut self, kind: &'static str, one: &Value, media: &Value, bots: &[i64]) {
        let Some(id) = one.get("file_id").and_then(Value::as_str) else {
            return;
        };
        let earlier = self.by_id.get(id);
        let known = earlier.and_then(|file| file.bytes.clone());
        let mut readers = earlier.map(|file| file.bots.clone()).unwrap_or_default();
        readers.extend(bots);
        let size = match &known {
            Some(bytes) => bytes.len() as u64,
            None => one.get("file_size").and_then(Value::as_u64).unwrap_or(0),
        };
        let mut file = File::new(kind, id, media, size);
        if let Some(unique_id) = one.get("file_unique_id").and_then(Value::as_str) {
            file.unique_id = unique_id.to_owned();
        }
        file.bytes = known;
        file.bots = readers;
        self.insert(id, file);
    }

    /// Stores an upload and returns its id.
    pub fn upload(
        &mut self,
        kind: &'static str,
        upload: &Upload,
        extra: Map<String, Value>,
        bot: i64,
    ) -> String {
        self.uploads += 1;
        let id = format!("upload-{kind}-{}", self.uploads);
        let size = upload.bytes.len() as u64;
        let descriptor = describe(kind, &id, upload, extra);
        let mut file = File::new(kind, &id, &descriptor, size);
        file.bytes = Some(upload.bytes.clone());
        file.bots.insert(bot);
        self.insert(&id, file);
        id
    }

    fn insert(&mut self, id: &str, file: File) {
        self.ids_by_path.insert(file.path.clone(), id.to_owned());
        self.by_id.insert(id.to_owned(), file);
    }
}

impl File {
    fn new(kind: &'static str, id: &str, descriptor: &Value, size: u64) -> File {
        File {
            unique_id: format!("u-{id}"),
            kind,
            descriptor: descriptor.to_string().into(),
            size,
            path: format!("{kind}s/{id}"),
            bytes: None,
            bots: BTreeSet::new(),
        }
    }

    /// Whether a bot may use the file.
    pub fn is_of(&self, bot: i64) -> bool {
        self.bots.is_empty() || self.bots.contains(&bot)
    }

    /// The `File` object of `getFile`.
    pub fn render(&self, id: &str) -> String {
        let mut file = json::Object::new();
        file.text("file_id", id);
        file.text("file_unique_id", &self.unique_id);
        file.number("file_size", i64::try_from(self.size).unwrap_or(i64::MAX));
        file.text("file_path", &self.path);
        file.finish()
    }
}

fn describe(kind: &str, id: &str, upload: &Upload, extra: Map<String, Value>) -> Value {
    let mut media = json!({
        "file_id": id,
        "file_unique_id": format!("u-{id}"),
        "file_size": upload.bytes.len(),
    });
    let fields = match kind {
        "photo" => json!({"width": 640, "height": 480}),
        "video" | "animation" => json!({"width": 640, "height": 480, "duration": 1,
            "file_name": upload.file_name, "mime_type": upload.mime_type()}),
        "video_note" => json!({"length": 240, "duration": 1}),
        "voice" => json!({"duration": 1, "mime_type": upload.mime_type()}),
        "audio" => json!({"duration": 1, "file_name": upload.file_name,
            "mime_type": upload.mime_type()}),
        "live_photo" => json!({"width": 640, "height": 480, "duration": 3,
            "mime_type": upload.mime_type()}),
        "sticker" => json!({"type": "regular", "width": 512, "height": 512,
            "is_animated": false, "is_video": false}),
        _ => json!({"file_name": upload.file_name, "mime_type": upload.mime_type()}),
    };
    let object = media.as_object_mut().expect("built as an object above");
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    object.extend(extra);
    if kind == "photo" {
        json!([media])
    } else {
        media
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_file_can_be_found_by_id_and_path() {
        let mut files = Files::default();
        let content = json!({"photo": [
            {"file_id": "small", "file_unique_id": "s", "width": 1, "height": 1, "file_size": 5},
            {"file_id": "large", "file_unique_id": "l", "width": 9, "height": 9},
        ]});
        files.learn(content.as_object().expect("an object literal"), &[1]);
        files.put_bytes("large", Arc::from(&b"bytes"[..]));
        assert_eq!(files.get("small").map(|file| file.size), Some(5));
        let large = files.by_path("photos/large").expect("learnt above");
        assert_eq!(large.bytes.as_deref(), Some(&b"bytes"[..]));
        assert!(large.descriptor.starts_with('['));
    }

    #[test]
    fn an_upload_describes_itself_like_its_kind() {
        let mut files = Files::default();
        let upload = Upload {
            field: "document".to_owned(),
            file_name: "a.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            bytes: Arc::from(&b"%PDF"[..]),
        };
        let id = files.upload("document", &upload, Map::new(), 1);
        let file = files.get(&id).expect("just uploaded");
        assert!(file.descriptor.contains("\"file_name\":\"a.pdf\""));
        assert_eq!(file.size, 4);
        assert!(files.of(1, &id).is_some());
        assert!(files.of(2, &id).is_none(), "an id is its bot's alone");
    }
}
