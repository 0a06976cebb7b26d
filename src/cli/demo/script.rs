//! The play that ends by itself: a whole conversation, with a look at everything that matters. Each
//! step waits for what it shows; what does not come is a failure.

use std::collections::HashMap;
use std::io::Write;

use tokio::time::Instant;

use super::super::exit::{Ended, Exit, Failure, OrExit};
use super::play::{Play, failed};
use super::stage::{CONTRACT, Stage, Who};
use super::watch::words;
use crate::sandbox::marked::{self, Haystack};
use crate::sandbox::{MessageView, PersonError};

/// What the script has found out on the way.
#[derive(Default)]
struct Findings {
    waiting_at_kill: usize,
    twice: usize,
}

/// What both sides write around the kill.
const FROM_ANN: [&str; 2] = ["It is number 1871.", "It was sent on Monday."];
const FROM_SAM: [&str; 3] = [
    "Thank you, one moment.",
    "I am asking the courier.",
    "It will be with you tomorrow.",
];
/// How many of them before it, of ann's and of sam's.
const BEFORE_KILL: (usize, usize) = (1, 2);
const NOTE: &str = "// the courier loses one a week";

/// Plays the script.
pub async fn perform<W: Write>(play: &mut Play<W>) -> Ended {
    let began = Instant::now();
    let mut findings = Findings::default();
    play.printer
        .words(
            "A whole conversation with hushdesk: the real bot and its database, and a Telegram of \
             its own on this machine. Left stands who acts; behind the bar, what arrives where.",
        )
        .or_exit(Exit::Io)?;
    first_words(play).await?;
    photo_and_note(play).await?;
    what_names_somebody(play).await?;
    kill(play, &mut findings).await?;
    topic_deleted(play).await?;
    closed(play).await?;
    check_secrets(&play.stage)?;
    summary(play, &findings, began.elapsed().as_secs_f64())?;
    Ok(Exit::Fine)
}

async fn first_words<W: Write>(play: &mut Play<W>) -> Result<(), Failure> {
    heading(play, "A client writes, an agent answers")?;
    play.start().await?;
    says(play, Who::Ann, "/start")?;
    phone(play, "Write your question here").await?;
    says(play, Who::Ann, "Hello, my order is lost")?;
    phone(play, "Support ticket #SUPP-").await?;
    desk(play, "Hello, my order is lost").await?;
    let reply = says(play, Who::Sam, "Which number does it have?")?;
    phone(play, "Live Support: Which number does it have?").await?;
    play.until("the reply is marked as delivered", |stage| {
        let message = stage.sandbox.message(stage.group, reply);
        message.is_some_and(|message| !message.reactions.is_empty())
    })
    .await
}

async fn photo_and_note<W: Write>(play: &mut Play<W>) -> Result<(), Failure> {
    heading(play, "A photo crosses, a note does not")?;
    play.acts(Who::Ann, "sends a photo of the receipt")?;
    done(play.stage.shows_photo(Who::Ann, "the receipt"))?;
    desk(play, "[photo] the receipt").await?;
    // What must not arrive cannot be waited for: the end of the script looks for it.
    says(play, Who::Sam, NOTE).map(drop)
}

async fn what_names_somebody<W: Write>(play: &mut Play<W>) -> Result<(), Failure> {
    heading(play, "What says who somebody is stays behind")?;
    play.acts(Who::Ann, &format!("sends the file “{CONTRACT}”"))?;
    done(play.stage.sends_contract(Who::Ann))?;
    desk(play, "[document] document-1.pdf").await?;
    says(play, Who::Ann, "Call me at +49 171 5550199")?;
    desk(play, "Call me at ▒").await?;
    let reply = says(play, Who::Sam, "Or write to @sam_achterberg")?;
    desk(play, "Not sent: it holds @sam_achterberg").await?;
    let better = "Or write here, any time";
    play.acts(Who::Sam, &format!("changes it to “{better}”"))?;
    done(play.stage.changes(Who::Sam, reply, better))?;
    phone(play, "Live Support: Or write here, any time").await
}

async fn kill<W: Write>(play: &mut Play<W>, findings: &mut Findings) -> Result<(), Failure> {
    heading(play, "The bot is killed while both sides write")?;
    let (ann_before, ann_during) = FROM_ANN.split_at(BEFORE_KILL.0);
    let (sam_before, sam_during) = FROM_SAM.split_at(BEFORE_KILL.1);
    say_all(play, ann_before, sam_before)?;
    play.until("the bot fetches what was written", Stage::is_fetched)
        .await?;
    play.operator("kill")?;
    play.kill()?;
    let arrived = arrivals(&play.stage).filter(|count| *count > 0).count();
    findings.waiting_at_kill = ann_before.len() + sam_before.len() - arrived;
    say_all(play, ann_during, sam_during)?;
    play.operator("start")?;
    play.start().await?;
    play.until(
        "everything arrives that was written around the kill",
        |stage| arrivals(stage).all(|count| count > 0),
    )
    .await?;
    findings.twice = arrivals(&play.stage).filter(|count| *count > 1).count();
    let on_phone = play.stage.on_phone(Who::Ann);
    let on_desk = play.stage.on_desk();
    if !stand_in_order(&on_phone, &FROM_SAM) || !stand_in_order(&on_desk, &FROM_ANN) {
        return Err(failed(
            "messages arrived in another order than they were written",
        ));
    }
    if findings.twice > 0 {
        // A call that the kill cut off is made again, and the desk says so.
        desk(play, "twice").await?;
    }
    Ok(())
}

async fn topic_deleted<W: Write>(play: &mut Play<W>) -> Result<(), Failure> {
    heading(play, "The topic is deleted, the ticket is not")?;
    play.acts(Who::Sam, "deletes the topic by mistake")?;
    done(play.stage.deletes_topic())?;
    says(play, Who::Ann, "Is it on its way now?")?;
    desk(play, "Is it on its way now?").await?;
    let codes: Vec<String> = play
        .stage
        .topics()
        .into_iter()
        .map(|one| one.code)
        .collect();
    let all = play.stage.sandbox.topics(play.stage.group);
    match codes.as_slice() {
        [code] if all.iter().all(|topic| topic.name.contains(code)) => Ok(()),
        _ => Err(failed("the new topic is not that of the same ticket")),
    }
}

async fn closed<W: Write>(play: &mut Play<W>) -> Result<(), Failure> {
    heading(play, "The ticket is closed")?;
    says(play, Who::Sam, "/close on its way")?;
    phone(play, "has been closed by Live Support").await?;
    play.until("the topic is closed", |stage| {
        let topics = stage.sandbox.topics(stage.group);
        topics.iter().all(|topic| topic.deleted || topic.closed)
    })
    .await
}

/// Neither side has seen who the other is, and the bot has done nothing that Telegram forbids.
fn check_secrets(stage: &Stage) -> Result<(), Failure> {
    let shown_to_desk = stage.sandbox.visible_texts(stage.group).join("\n");
    let shown_to_ann = stage.sandbox.texts_from_bots(Who::Ann.account()).join("\n");
    for (shown, hidden) in [(shown_to_desk, Who::Ann), (shown_to_ann.clone(), Who::Sam)] {
        if let Some(sign) = signs(hidden).find(|sign| shown.contains(sign)) {
            return Err(failed(&format!("“{sign}” was shown to the other side")));
        }
    }
    let note = NOTE.trim_start_matches("// ");
    if shown_to_ann.contains(note) {
        return Err(failed("the note reached the client"));
    }
    let author = marked::person(Who::Ann.account(), Who::Ann.name());
    for message in stage.on_desk() {
        let file = message.file().and_then(|(id, _)| stage.sandbox.file(id));
        let seen = Haystack::of_bytes(&file.unwrap_or_default());
        if author.needles().iter().any(|needle| needle.is_in(&seen)) {
            return Err(failed("the file still says who made it"));
        }
    }
    match stage.sandbox.violations().first() {
        Some(violation) => Err(failed(&format!("Telegram would object: {violation}"))),
        None => Ok(()),
    }
}

/// What somebody can be known by.
fn signs(who: Who) -> impl Iterator<Item = String> {
    let person = who.person();
    [
        Some(person.first_name),
        person.last_name,
        person.username,
        Some(person.id.to_string()),
    ]
    .into_iter()
    .flatten()
}

fn summary<W: Write>(play: &mut Play<W>, findings: &Findings, seconds: f64) -> Result<(), Failure> {
    heading(play, "What was shown")?;
    let (waiting_at_kill, twice) = (findings.waiting_at_kill, findings.twice);
    let before = BEFORE_KILL.0 + BEFORE_KILL.1;
    let written = FROM_ANN.len() + FROM_SAM.len();
    let during = written - before;
    let repeated = match twice {
        0 => "none twice".to_owned(),
        _ => format!("{twice} of them twice, as the desk was told"),
    };
    let lines = [
        "ann and sam talked, and neither side was shown a name, a username or a number of the \
         other."
            .to_owned(),
        "A photo crossed; the note that begins with // stayed in the group.".to_owned(),
        "A file lost its name and its author, a phone number is hidden until it is tapped, and an \
         answer that would have named sam was held back until it did not."
            .to_owned(),
        format!(
            "Around a kill -9, {written} messages were written: {before} before it, \
             {waiting_at_kill} of them in the bot's database alone when it came, and {during} while the \
             bot was dead. All {written} arrived, in order, {repeated}: nothing was lost."
        ),
        "The deleted topic came back as a new one of the same ticket, with the message that \
         found it missing."
            .to_owned(),
        "The ticket was closed, and both sides were told.".to_owned(),
    ];
    for line in lines {
        play.printer.reached(&line).or_exit(Exit::Io)?;
    }
    play.printer
        .words(&format!(
            "\nAll of it took {seconds:.1} s. Play it yourself with `hushdesk demo`."
        ))
        .or_exit(Exit::Io)
}

fn heading<W: Write>(play: &mut Play<W>, title: &str) -> Result<(), Failure> {
    play.printer.heading(title).or_exit(Exit::Io)
}

fn says<W: Write>(play: &mut Play<W>, who: Who, words: &str) -> Result<i64, Failure> {
    let said = play.says(who, words)?;
    done(said)
}

fn say_all<W: Write>(play: &mut Play<W>, ann: &[&str], sam: &[&str]) -> Result<(), Failure> {
    for (who, all) in [(Who::Ann, ann), (Who::Sam, sam)] {
        for one in all {
            says(play, who, one)?;
        }
    }
    Ok(())
}

fn done<T>(done: Result<T, PersonError>) -> Result<T, Failure> {
    done.map_err(|error| failed(&error.to_string()))
}

async fn phone<W: Write>(play: &mut Play<W>, expected: &str) -> Result<(), Failure> {
    let what = format!("ann reads “{expected}”");
    play.until(&what, |stage| {
        stage
            .on_phone(Who::Ann)
            .iter()
            .any(|message| words(message).contains(expected))
    })
    .await
}

async fn desk<W: Write>(play: &mut Play<W>, expected: &str) -> Result<(), Failure> {
    let what = format!("sam reads “{expected}”");
    play.until(&what, |stage| {
        stage
            .on_desk()
            .iter()
            .any(|message| words(message).contains(expected))
    })
    .await
}

/// How often each message written around the kill has arrived.
fn arrivals(stage: &Stage) -> impl Iterator<Item = usize> + use<> {
    let counts = |messages: Vec<MessageView>, expected: &[&str]| -> Vec<usize> {
        expected
            .iter()
            .map(|text| {
                messages
                    .iter()
                    .filter(|one| one.text().contains(text))
                    .count()
            })
            .collect()
    };
    let on_desk = counts(stage.on_desk(), &FROM_ANN);
    let on_phone = counts(stage.on_phone(Who::Ann), &FROM_SAM);
    on_desk.into_iter().chain(on_phone)
}

/// Whether texts stand in the order in which they were written, each where it came first.
fn stand_in_order(messages: &[MessageView], expected: &[&str]) -> bool {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (place, message) in messages.iter().enumerate() {
        for text in expected
            .iter()
            .filter(|text| message.text().contains(**text))
        {
            first.entry(text).or_insert(place);
        }
    }
    expected
        .iter()
        .is_sorted_by_key(|text| first.get(text).copied())
}
