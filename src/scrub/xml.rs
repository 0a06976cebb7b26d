//! XML, rewritten event by event after rules of the caller. Comments and instructions go, entities
//! of the document's own are refused. Knows no vocabulary.

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::bytes::Done;
use super::format::Unclean;

/// Elements within elements.
const DEPTH_MAX: usize = 512;
/// Attributes of an element.
const ATTRIBUTES_MAX: usize = 1_000;

/// What becomes of an attribute.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    Keep,
    Drop,
    Set(String),
}

/// What a vocabulary does to its documents. Names are those of the document with their prefixes.
pub trait Rules {
    /// Whether an element goes with all that is in it.
    fn drops(&mut self, element: &BytesStart<'_>) -> bool;
    /// What becomes of an attribute with this value.
    fn attribute(&mut self, element: &str, name: &str, value: &str) -> Change;
    /// What stands in place of the text that is directly in an element; `None` if it stays.
    fn text(&mut self, element: &str, text: &str) -> Option<String>;
}

/// The part of a name behind its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The value of the attribute with this local name.
pub fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .filter_map(Result::ok)
        .find(|attribute| local(attribute.key.0) == name)
        .and_then(|attribute| {
            unescape(&attribute.value)
                .ok()
                .map(|value| value.into_owned())
        })
}

fn bad<E>(_: E) -> Unclean {
    Unclean::Unreadable
}

/// The document after the rules.
pub fn rewrite(bytes: &[u8], rules: &mut dyn Rules) -> Done<Vec<u8>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Other encodings are allowed and never met.
    let text = std::str::from_utf8(bytes).map_err(|_| Unclean::Unsupported)?;
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::with_capacity(bytes.len()));
    // Names of the open elements.
    let mut open: Vec<String> = Vec::new();
    // Entities cut a text into pieces; what stands in its place is written once.
    let mut is_replaced = false;
    loop {
        let event = reader.read_event().map_err(bad)?;
        if !matches!(
            event,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)
        ) {
            is_replaced = false;
        }
        match event {
            Event::Start(start) if rules.drops(&start) => {
                reader.read_to_end(start.name()).map_err(bad)?;
            }
            Event::Start(start) => {
                if open.len() == DEPTH_MAX {
                    return Err(Unclean::Unreadable);
                }
                open.push(start.name().0.to_owned());
                writer.write_event(Event::Start(element(&start, rules)?))?;
            }
            Event::Empty(start) if rules.drops(&start) => {}
            Event::Empty(start) => writer.write_event(Event::Empty(element(&start, rules)?))?,
            Event::End(end) => {
                open.pop().ok_or(Unclean::Unreadable)?;
                writer.write_event(Event::End(end))?;
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                let words = match &event {
                    Event::Text(text) => &text[..],
                    Event::CData(data) => &data[..],
                    _ => "",
                };
                let inside = open.last().map_or("", String::as_str);
                match rules.text(inside, words) {
                    Some(_) if is_replaced => {}
                    Some(new) => writer.write_event(Event::Text(BytesText::new(&new)))?,
                    None => writer.write_event(event.borrow())?,
                }
                is_replaced |= rules.text(inside, "").is_some();
            }
            Event::Decl(declaration) => {
                let encoding = declaration.encoding();
                let is_known = encoding
                    .is_none_or(|encoding| encoding.is_ok_and(|encoding| is_utf8(&encoding)));
                if !is_known {
                    return Err(Unclean::Unsupported);
                }
                writer.write_event(Event::Decl(declaration))?;
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::DocType(_) => return Err(Unclean::Unreadable),
            Event::Eof if open.is_empty() => return Ok(writer.into_inner()),
            Event::Eof => return Err(Unclean::Unreadable),
        }
    }
}

fn is_utf8(encoding: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|known| encoding.eq_ignore_ascii_case(known))
}

/// The element with its attributes after the rules.
fn element(start: &BytesStart<'_>, rules: &mut dyn Rules) -> Done<BytesStart<'static>> {
    let name = start.name().0;
    let mut new = BytesStart::new(name.to_owned());
    for (count, attribute) in start.attributes().with_checks(false).enumerate() {
        if count == ATTRIBUTES_MAX {
            return Err(Unclean::Unreadable);
        }
        let attribute = attribute.map_err(bad)?;
        let value = unescape(&attribute.value).map_err(bad)?;
        match rules.attribute(name, attribute.key.0, &value) {
            Change::Keep => new.push_attribute(attribute),
            Change::Set(value) => new.push_attribute((attribute.key.0, value.as_str())),
            Change::Drop => {}
        }
    }
    Ok(new)
}

/// The last part of a path on somebody's machine, which names its user; `None` if it is no such
/// path.
pub fn without_folders(value: &str) -> Option<&str> {
    let start = value.trim_start();
    let bytes = start.as_bytes();
    let is_drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    let has = |prefix: &str| {
        let head = start.get(..prefix.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    let is_local = is_drive
        || [
            "file:",
            "\\\\",
            "/home/",
            "/users/",
            "/root/",
            "/mnt/",
            "/media/",
            "/volumes/",
            "~/",
        ]
        .iter()
        .any(|prefix| has(prefix));
    is_local.then(|| start.rsplit(['/', '\\']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Names;

    impl Rules for Names {
        fn drops(&mut self, element: &BytesStart<'_>) -> bool {
            local(element.name().0) == "gone"
        }
        fn attribute(&mut self, _: &str, name: &str, _: &str) -> Change {
            match local(name) {
                "who" => Change::Set("<\"&".to_owned()),
                "when" => Change::Drop,
                _ => Change::Keep,
            }
        }
        fn text(&mut self, element: &str, _: &str) -> Option<String> {
            (local(element) == "name").then(|| "N".to_owned())
        }
    }

    fn rewritten(text: &str) -> Option<String> {
        let bytes = rewrite(text.as_bytes(), &mut Names).ok()?;
        String::from_utf8(bytes).ok()
    }

    #[test]
    fn rules_are_applied_and_the_rest_stays_byte_for_byte() {
        let text = "<?xml version=\"1.0\"?><a:b x=\"1 &amp; 2\" who='ann' when=\"now\"><!-- ann -->\
            <gone>x<gone/></gone>t &lt; <![CDATA[c]]><?ann?><name>ann &amp; bob</name><e/></a:b>";
        let wanted = "<?xml version=\"1.0\"?><a:b x=\"1 &amp; 2\" who=\"&lt;&quot;&amp;\">\
            t &lt; <![CDATA[c]]><name>N</name><e/></a:b>";
        assert_eq!(rewritten(text).as_deref(), Some(wanted));
    }

    #[test]
    fn what_could_explode_or_is_broken_is_refused() {
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        let bomb = "<!DOCTYPE a [<!ENTITY b \"b\">]><a>&b;</a>";
        for text in [
            &deep,
            bomb,
            "<a>",
            "<a></b>",
            "<a b=c/>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>",
        ] {
            assert_eq!(rewritten(text), None, "{text:.60}");
        }
    }

    #[test]
    fn paths_lose_the_folders_and_addresses_do_not() {
        let cases = [
            ("C:\\Users\\ann\\a.jpg", Some("a.jpg")),
            ("file:///C:/Users/ann/b.xlsx", Some("b.xlsx")),
            ("\\\\server\\ann\\c.doc", Some("c.doc")),
            ("/home/ann/d.png", Some("d.png")),
            ("https://example.org/home/e", None),
            ("a picture of /home/", None),
            ("", None),
        ];
        for (value, wanted) in cases {
            assert_eq!(without_folders(value), wanted, "{value}");
        }
    }
}
