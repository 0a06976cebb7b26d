//! The files and places that messages carry. What cannot be read is absent: the message is
//! then relayed by its id.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Lenient, Words, field, value};
use crate::domain::content::{Kind, Location, Looks, Media};

/// The longest end of a file's name that is taken for its kind.
const EXTENSION_MAX: usize = 8;

/// The fields that files of all kinds have, as far as anybody here looks (Bot API docs, `PhotoSize`,
/// `Video`, `Animation`, `Audio`, `Voice`, `VideoNote`, `Document`, `Sticker`).
#[derive(Deserialize)]
struct File<'a> {
    file_id: String,
    #[serde(borrow)]
    file_unique_id: Option<&'a RawValue>,
    #[serde(borrow)]
    file_size: Option<&'a RawValue>,
    #[serde(borrow)]
    file_name: Option<&'a RawValue>,
    #[serde(borrow)]
    performer: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<&'a RawValue>,
    #[serde(borrow)]
    duration: Option<&'a RawValue>,
    #[serde(borrow)]
    width: Option<&'a RawValue>,
    #[serde(borrow)]
    height: Option<&'a RawValue>,
    /// Of a video note: width and height in one.
    #[serde(borrow)]
    length: Option<&'a RawValue>,
}

/// The file that a message of this kind carries.
pub(super) fn media(kind: Kind, raw: &RawValue) -> Option<Media> {
    match kind {
        Kind::Photo => {
            // The same picture in several sizes (Bot API docs, `Message.photo`).
            let sizes: Vec<Lenient<File<'_>>> = value(raw)?;
            let sizes = sizes.into_iter().filter_map(|size| size.0);
            sizes.max_by_key(File::area).map(File::media)
        }
        Kind::Video
        | Kind::Animation
        | Kind::Audio
        | Kind::Voice
        | Kind::VideoNote
        | Kind::Document
        | Kind::Sticker => value::<File<'_>>(raw).map(File::media),
        Kind::Text
        | Kind::Poll
        | Kind::Dice
        | Kind::Contact
        | Kind::Location
        | Kind::LiveLocation
        | Kind::Venue
        | Kind::Story
        | Kind::Game
        | Kind::Invoice
        | Kind::PaidMedia
        | Kind::Gift
        | Kind::Checklist
        | Kind::Giveaway
        | Kind::Unknown => None,
    }
}

impl File<'_> {
    fn area(&self) -> u64 {
        let pixels = |side| field::<u32>(side).map_or(0, u64::from);
        pixels(self.width) * pixels(self.height)
    }

    fn media(self) -> Media {
        let is_there = |words| field::<Words<'_>>(words).is_some_and(|words| !words.0.is_empty());
        Media {
            unique_id: field(self.file_unique_id).unwrap_or_else(|| self.file_id.clone()),
            size: field(self.file_size),
            extension: field::<Words<'_>>(self.file_name).and_then(|name| extension(&name.0)),
            name: field::<String>(self.file_name).filter(|name| !name.is_empty()),
            is_named: [self.file_name, self.performer, self.title]
                .into_iter()
                .any(is_there),
            looks: Looks {
                spoiler: false,
                caption_above: false,
                duration: field(self.duration),
                width: field(self.width).or_else(|| field(self.length)),
                height: field(self.height).or_else(|| field(self.length)),
            },
            file_id: self.file_id,
        }
    }
}

fn extension(name: &str) -> Option<String> {
    let (_, end) = name.rsplit_once('.')?;
    let is_short = (1..=EXTENSION_MAX).contains(&end.len());
    let is_plain = end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_short && is_plain).then(|| end.to_ascii_lowercase())
}

/// A place.
pub(super) fn location(raw: &RawValue) -> Option<Location> {
    #[derive(Deserialize)]
    struct RawLocation<'a> {
        latitude: f64,
        longitude: f64,
        #[serde(borrow)]
        horizontal_accuracy: Option<&'a RawValue>,
        #[serde(borrow)]
        heading: Option<&'a RawValue>,
        #[serde(borrow)]
        live_period: Option<&'a RawValue>,
    }

    let place: RawLocation<'_> = value(raw)?;
    Some(Location {
        latitude: place.latitude,
        longitude: place.longitude,
        horizontal_accuracy: field(place.horizontal_accuracy),
        heading: field(place.heading),
        live_period: field(place.live_period),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    use super::*;

    fn raw(value: &Value) -> Box<RawValue> {
        to_raw_value(value).expect("a value is JSON")
    }

    #[test]
    fn the_largest_size_of_a_photo_is_taken() {
        let size = |id: &str, width: u32, height: u32| {
            json!({"file_id": id, "file_unique_id": format!("u{id}"), "width": width,
                "height": height, "file_size": 5})
        };
        let photo =
            json!([size("S", 90, 60), size("L", 900, 600), {"odd": 1}, 7, size("M", 300, 200)]);
        assert_eq!(
            media(Kind::Photo, &raw(&photo)),
            Some(Media {
                file_id: "L".to_owned(),
                unique_id: "uL".to_owned(),
                size: Some(5),
                extension: None,
                name: None,
                is_named: false,
                looks: Looks {
                    width: Some(900),
                    height: Some(600),
                    ..Looks::default()
                },
            })
        );
        for odd in [json!([]), json!({}), json!([{}]), json!("x"), json!(null)] {
            assert_eq!(media(Kind::Photo, &raw(&odd)), None, "{odd}");
        }
    }

    #[test]
    fn a_file_tells_how_it_is_shown_and_whether_it_is_named() {
        for (kind, more, extension, is_named, (duration, width, height)) in [
            (
                Kind::Video,
                json!({"duration": 9, "width": 4, "height": 3, "file_name": "Ann's holiday.MP4"}),
                Some("mp4"),
                true,
                (Some(9), Some(4), Some(3)),
            ),
            (
                Kind::VideoNote,
                json!({"length": 240, "duration": 2}),
                None,
                false,
                (Some(2), Some(240), Some(240)),
            ),
            (
                Kind::Audio,
                json!({"duration": 9, "performer": "Ann"}),
                None,
                true,
                (Some(9), None, None),
            ),
            (
                Kind::Audio,
                json!({"title": "Song"}),
                None,
                true,
                (None, None, None),
            ),
            (
                Kind::Document,
                json!({"file_name": "", "duration": "odd", "width": -1}),
                None,
                false,
                (None, None, None),
            ),
        ] {
            let mut file = json!({"file_id": "A", "file_unique_id": "u"});
            let Value::Object(more) = more else {
                panic!("fields come as an object")
            };
            file.as_object_mut().expect("it is one").extend(more);
            let media = media(kind, &raw(&file)).expect("it is a file");
            assert_eq!(media.extension.as_deref(), extension, "{file}");
            assert_eq!(media.is_named, is_named, "{file}");
            let name = file["file_name"].as_str().filter(|name| !name.is_empty());
            assert_eq!(media.name.as_deref(), name, "{file}");
            let looks = media.looks;
            assert_eq!(
                (looks.duration, looks.width, looks.height),
                (duration, width, height),
                "{file}"
            );
        }
    }

    #[test]
    fn a_file_without_the_lasting_id_is_known_by_the_other() {
        let media = media(Kind::Voice, &raw(&json!({"file_id": "A"}))).expect("it is a file");
        assert_eq!(media.unique_id, "A");
        assert_eq!(
            super::media(Kind::Voice, &raw(&json!({"file_size": 1}))),
            None
        );
    }

    #[test]
    fn the_end_of_a_name_is_short_and_plain_or_not_taken() {
        for (name, expected) in [
            ("invoice.PDF", Some("pdf")),
            ("a.tar.gz", Some("gz")),
            ("a.7z", Some("7z")),
            ("noend", None),
            ("end.", None),
            ("a.averylongend", None),
            ("a.p df", None),
            ("a.пдф", None),
        ] {
            assert_eq!(extension(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_place_needs_two_numbers_and_takes_the_rest_as_it_comes() {
        let place = json!({
            "latitude": 52.5, "longitude": -13.25, "horizontal_accuracy": "odd", "heading": 90,
            "live_period": 900, "proximity_alert_radius": 5,
        });
        assert_eq!(
            location(&raw(&place)),
            Some(Location {
                latitude: 52.5,
                longitude: -13.25,
                horizontal_accuracy: None,
                heading: Some(90),
                live_period: Some(900),
            })
        );
        for odd in [
            json!({"latitude": 1.5}),
            json!([]),
            json!({"latitude": "1", "longitude": 1}),
        ] {
            assert_eq!(location(&raw(&odd)), None, "{odd}");
        }
    }
}
