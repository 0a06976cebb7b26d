//! What clients type about themselves: hidden from the agents, and shown only to an admin who says why.

use hushdesk::domain::rules::mask::Mask;
use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::{MessageView, Status};
use serde_json::json;

use super::anonymity::masking;
use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const TYPED: &str = "call +49 171 2345678 or write to ann@example.org or @ann_of_old";
const REDACTED: &str = "call [phone 1] or write to [e-mail 1] or [name 1]";

/// The words that lie under spoilers.
fn hidden(message: &MessageView) -> Vec<String> {
    let units: Vec<u16> = message.text().encode_utf16().collect();
    let marks =
        ["entities", "caption_entities"].map(|field| message.content[field].as_array().cloned());
    let spoilers = marks.into_iter().flatten().flatten();
    spoilers
        .filter(|mark| mark["type"] == "spoiler")
        .map(|mark| {
            let place = |field: &str| {
                let number = mark[field].as_u64().expect("marks have places");
                usize::try_from(number).expect("a short text")
            };
            let start = place("offset");
            String::from_utf16_lossy(&units[start..start + place("length")])
        })
        .collect()
}

#[test]
fn typed_names_and_numbers_lie_under_spoilers() {
    bot_test_with(masking(Mask::Spoiler), |t| {
        open_ticket(t);
        t.client("ann").says(TYPED);
        let post = t.topic("ann").next();
        assert_eq!(post.text(), TYPED);
        let own = ["+49 171 2345678", "ann@example.org", "@ann_of_old"];
        assert_eq!(hidden(&post), own);
        t.client("ann").sends(content::photo("p", TYPED));
        assert_eq!(hidden(&t.topic("ann").next()), own);
        t.client("ann")
            .edits(TYPED, content::photo("p", "now 0171 2345678"));
        t.topic("ann").expect_edited("now 0171 2345678");
        let all = t.topic("ann").all();
        let edited = all.iter().find(|one| one.edited).expect("it was edited");
        assert_eq!(hidden(edited), ["0171 2345678"]);
    });
}

#[test]
fn a_mask_that_is_off_hides_nothing() {
    bot_test_with(masking(Mask::Off), |t| {
        open_ticket(t);
        t.client("ann").says(TYPED);
        assert_eq!(hidden(&t.topic("ann").next()), [""; 0]);
    });
}

#[test]
fn redacted_words_are_replaced_wherever_they_stand() {
    bot_test_with(masking(Mask::Redact), |t| {
        t.agent("sam");
        t.client("ann").says(TYPED).expect_part("created");
        t.topic("ann").expect_card(REDACTED);
        t.client("ann").edits(1, content::text("or 0171 2345678"));
        t.topic("ann").expect_edited("or [phone 1]");
        t.client("ann").sends(content::photo("p", TYPED));
        t.topic("ann").expect(REDACTED);
        t.client("ann").sends(content::poll(
            "is +49 171 2345678 right?",
            &["@ann_of_old", "no"],
        ));
        t.topic("ann")
            .expect_part("is [phone 1] right?\n• [name 1]");
        t.client("ann").quotes("+49 171 2345678").says("this one");
        t.topic("ann").expect("this one");
        t.check_taint();
        let seen = t.sandbox.visible_texts(t.group).concat();
        for typed in ["2345678", "example.org", "ann_of_old"] {
            assert!(!seen.contains(typed), "{typed} was seen");
        }
    });
}

/// What a rich message says, and where its words lead.
fn rich() -> Piece {
    let number = json!({"type": "phone_number", "phone_number": "+491712345678",
        "text": ["+49 171 ", {"type": "bold", "text": "2345678"}]});
    let address = json!({"type": "email_address", "email_address": "ann@example.org",
        "text": "write to me"});
    let name = json!({"type": "mention", "username": "ann_of_old", "text": "@ann_of_old"});
    json!({"rich_message": {"blocks": [
        {"type": "heading", "size": 1, "text": "About me"},
        {"type": "paragraph", "text": ["call ", number, " or ", address, " or ", name]},
    ]}})
    .into()
}

#[test]
fn a_rich_message_is_masked_too() {
    let words = "About me\ncall +49 171 2345678 or write to me or @ann_of_old";
    for mask in [Mask::Off, Mask::Spoiler, Mask::Redact] {
        bot_test_with(masking(mask), |t| {
            open_ticket(t);
            t.client("ann").sends(rich());
            let post = t.topic("ann").next();
            let seen = t.sandbox.visible_texts(t.group).concat();
            match mask {
                Mask::Off => assert!(post.content["rich_message"].is_object(), "{post:?}"),
                Mask::Spoiler => {
                    assert!(post.text().ends_with(words), "{post:?}");
                    let own = ["+49 171 2345678", "write to me", "@ann_of_old"];
                    assert_eq!(hidden(&post), own);
                    assert!(!seen.contains("ann@example.org"), "{seen}");
                }
                Mask::Redact => {
                    let redacted = "call [phone 1] or [e-mail 1] or [name 1]";
                    assert!(post.text().ends_with(redacted), "{post:?}");
                    assert!(!seen.contains("2345678"), "{seen}");
                }
            }
            // Without anything to hide it goes over as it is.
            let plain = json!({"rich_message": {"blocks": [{"type": "paragraph", "text": "hm"}]}});
            t.client("ann").sends(plain);
            assert!(t.topic("ann").next().content["rich_message"].is_object());
        });
    }
}

#[test]
fn what_is_said_about_a_poll_is_masked_too() {
    bot_test_with(masking(Mask::Redact), |t| {
        open_ticket(t);
        let mut poll = content::poll("is it right?", &["yes", "no"]);
        poll["poll"]["description"] = TYPED.into();
        t.client("ann").sends(poll);
        t.topic("ann")
            .expect_part(&format!("is it right?\n{REDACTED}\n• yes"));
        let kept = t.database(|db| {
            let query = "SELECT count(*) FROM messages WHERE content LIKE '%2345678%'";
            let count = db.query_row(query, [], |row| row.get::<_, i64>(0));
            count.expect("it reads")
        });
        assert_eq!(kept, 0, "what is masked is not kept");
    });
}

fn with_key(key: Option<[u8; 32]>) -> Setup {
    Setup {
        vault_key: key,
        ..masking(Mask::Redact)
    }
}

/// What the audit has, newest last.
fn audited(t: &Scenario) -> Vec<String> {
    t.database(|db| {
        let mut statement = db
            .prepare("SELECT action || ' ' || reason FROM audit ORDER BY id")
            .expect("there is an audit");
        let rows = statement.query_map([], |row| row.get(0)).expect("it reads");
        rows.collect::<Result<_, _>>().expect("text")
    })
}

fn add_member(t: &mut Scenario, name: &str) {
    let (id, group, now) = (t.person(name), t.group, t.now());
    t.sandbox.add_member(group, id, Status::Member, now);
}

#[test]
fn only_an_admins_press_reveals_and_it_is_written_down() {
    bot_test_with(with_key(Some([7; 32])), |t| {
        t.agent("sam");
        add_member(t, "joe");
        t.client("ann").says(TYPED).expect_part("created");
        t.topic("ann").expect_card(REDACTED);
        t.general().expect_part("has joined this group");
        let code = t.code_of("ann");
        t.agent("joe")
            .writes_in("ann", &format!("/reveal {code} she asked for a call"));
        t.topic("ann").expect_part("she asked for a call");
        t.agent("joe").in_topic_of("ann").presses("Show it");
        t.agent("joe")
            .in_topic_of("ann")
            .expect_alert("Only administrators");
        let before = ["join ", "join ", "open ", "enrol "];
        assert_eq!(audited(t), before);
        let sam = t.agent("sam").in_topic_of("ann").presses("Show it");
        sam.expect_alert("[phone 1] +49 171 2345678")
            .expect_alert("[e-mail 1] ann@example.org")
            .expect_alert("[name 1] @ann_of_old");
        let looked = ["enrol ", "reveal she asked for a call"];
        assert_eq!(audited(t), [&before[..], &looked[..]].concat());
    });
}

#[test]
fn everything_that_was_masked_can_be_revealed_page_by_page() {
    bot_test_with(with_key(Some([7; 32])), |t| {
        open_ticket(t);
        for number in 0..12 {
            t.client("ann")
                .says(&format!("call +49 171 23456{number:02}"));
            t.pass(std::time::Duration::from_secs(20));
            t.topic("ann").expect("call [phone 1]");
        }
        let code = t.code_of("ann");
        t.agent("sam")
            .writes_in("ann", &format!("/reveal {code} a call"));
        t.topic("ann").expect_part("a call");
        for (page, number) in [("1/2", "2345600"), ("2/2", "2345611"), ("1/2", "2345600")] {
            let sam = t.agent("sam").in_topic_of("ann").presses("Show it");
            sam.expect_alert(page).expect_alert(number);
        }
    });
}

#[test]
fn a_wrong_use_of_reveal_answers_with_the_right_one() {
    bot_test_with(with_key(Some([7; 32])), |t| {
        open_ticket(t);
        let code = t.code_of("ann");
        for words in [
            "/reveal",
            "/reveal SUPP-000000-000000 why",
            &format!("/reveal {code}"),
        ] {
            t.agent("sam").writes_in("ann", words);
            t.topic("ann").expect_part("Example: /reveal SUPP-");
        }
        t.client("ann").expect_nothing();
    });
}

#[test]
fn without_a_key_nothing_is_kept() {
    bot_test_with(with_key(None), |t| {
        open_ticket(t);
        t.client("ann").says(TYPED);
        t.topic("ann").expect(REDACTED);
        let code = t.code_of("ann");
        t.agent("sam")
            .writes_in("ann", &format!("/reveal {code} why"));
        t.topic("ann").expect_part("Show what was masked");
        let sam = t.agent("sam").in_topic_of("ann").presses("Show it");
        sam.expect_alert("Nothing is kept");
        let kept = t.database(|db| {
            db.query_row(
                "SELECT count(*) FROM messages WHERE content LIKE '%2345678%'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .expect("it reads")
        });
        assert_eq!(kept, 0);
    });
}
