//! How the play looks in a terminal of 80 columns. Knows nothing of what is said.

use std::io::{self, Write};

use super::stage::Who;
use super::watch::{News, Scene};

/// The widest line; one column stays free, since some terminals break after the last one.
const LINE_COLUMNS: usize = 79;
/// Room for `desk · SUPP-261120-7F3K2Q`.
const LABEL_COLUMNS: usize = 25;
/// Between the two.
const BAR: &str = " │ ";
const BAR_COLUMNS: usize = 3;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

/// What the terminal can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Colours are wanted.
    pub colours: bool,
    /// Somebody types into the same terminal: there is a prompt, and what was typed can be
    /// replaced by what it means.
    pub prompts: bool,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Somebody in Telegram.
    Person(Who),
    /// Whoever runs the bot.
    Operator,
}

/// Prints the play.
pub struct Printer<W> {
    to: W,
    looks: Looks,
    is_prompting: bool,
}

impl<W: Write> Printer<W> {
    /// Onto `to`.
    pub fn new(to: W, looks: Looks) -> Printer<W> {
        Printer {
            to,
            looks,
            is_prompting: false,
        }
    }

    /// A title over what follows.
    pub fn heading(&mut self, title: &str) -> io::Result<()> {
        let rest = LINE_COLUMNS.saturating_sub(columns(title) + 4);
        let line = format!("── {title} {}", "─".repeat(rest));
        self.line("")?;
        let line = self.painted(BOLD, &line);
        self.line(&line)
    }

    /// Words that stand alone.
    pub fn words(&mut self, words: &str) -> io::Result<()> {
        for line in wrapped(words, LINE_COLUMNS) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// A point of a list that was reached.
    pub fn reached(&mut self, words: &str) -> io::Result<()> {
        let mut mark = self.painted(GREEN, "✔");
        for line in wrapped(words, LINE_COLUMNS - 2) {
            self.line(&format!("{mark} {line}"))?;
            mark = " ".to_owned();
        }
        Ok(())
    }

    /// Somebody acts.
    pub fn acts(&mut self, role: Role, what: &str) -> io::Result<()> {
        let name = match role {
            Role::Person(who) => format!("{} {}>", who.role(), who.name()),
            Role::Operator => "operator>".to_owned(),
        };
        let first = self.painted(BOLD, &name);
        let indent = " ".repeat(columns(&name));
        for (index, line) in wrapped(what, LINE_COLUMNS - columns(&name) - 1)
            .into_iter()
            .enumerate()
        {
            let head = if index == 0 { &first } else { &indent };
            self.line(&format!("{head} {line}"))?;
        }
        Ok(())
    }

    /// Something is seen somewhere.
    pub fn news(&mut self, news: &News) -> io::Result<()> {
        let (label, colour) = match &news.scene {
            Scene::Phone(who) => (format!("{}'s phone", who.name()), CYAN),
            Scene::Topic(code) => (format!("desk · {code}"), YELLOW),
            Scene::General => ("desk · General".to_owned(), YELLOW),
        };
        self.labelled(&label, colour, &news.text)
    }

    /// The bot's process starts or ends.
    pub fn process(&mut self, what: &str) -> io::Result<()> {
        self.labelled("the bot", DIM, what)
    }

    /// Asks for a line.
    pub fn prompt(&mut self) -> io::Result<()> {
        if self.looks.prompts && !self.is_prompting {
            self.is_prompting = true;
            write!(self.to, "> ")?;
        }
        self.to.flush()
    }

    /// A line was typed. Where it `is_understood` its meaning takes its place.
    pub fn typed(&mut self, is_understood: bool) -> io::Result<()> {
        if self.is_prompting && is_understood {
            // One line up: the key that ended the line has moved the cursor down.
            write!(self.to, "\x1b[1A\r\x1b[K")?;
        }
        self.is_prompting = false;
        Ok(())
    }

    /// Nothing more will be typed.
    pub fn typing_ends(&mut self) -> io::Result<()> {
        if self.is_prompting {
            self.is_prompting = false;
            writeln!(self.to)?;
        }
        Ok(())
    }

    fn labelled(&mut self, label: &str, colour: &str, text: &str) -> io::Result<()> {
        let label = cut(label, LABEL_COLUMNS);
        let indent = " ".repeat(LABEL_COLUMNS - columns(&label));
        let mut head = format!("{indent}{}", self.painted(colour, &label));
        for line in wrapped(text, LINE_COLUMNS - LABEL_COLUMNS - BAR_COLUMNS) {
            self.line(format!("{head}{BAR}{line}").trim_end())?;
            head = " ".repeat(LABEL_COLUMNS);
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        if self.is_prompting {
            self.is_prompting = false;
            write!(self.to, "\r\x1b[K")?;
        }
        writeln!(self.to, "{line}")
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.looks.colours {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A text in lines of at most `width` columns, broken between words where that is possible. What
/// could move the cursor is left out.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let word: String = word.chars().filter(|one| !one.is_control()).collect();
            let is_first = line.is_empty();
            if !is_first && columns(&line) + 1 + columns(&word) > width {
                lines.push(std::mem::take(&mut line));
            } else if !is_first {
                line.push(' ');
            }
            for one in word.chars() {
                if columns(&line) + column_count(one) > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(one);
            }
        }
        lines.push(line);
    }
    lines
}

fn cut(text: &str, width: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|one| {
            used += column_count(*one);
            used <= width
        })
        .collect()
}

fn columns(text: &str) -> usize {
    text.chars().map(column_count).sum()
}

/// How many columns a character takes: nearly right, which is enough for a demo.
fn column_count(one: char) -> usize {
    match u32::from(one) {
        0x0300..=0x036F | 0x200B..=0x200D | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x26AA..=0x26AB
        | 0x2705
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFF00..=0xFF60
        | 0x1F300..=0x1FAFF => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(
        looks: Looks,
        print: impl FnOnce(&mut Printer<&mut Vec<u8>>) -> io::Result<()>,
    ) -> String {
        let mut bytes = Vec::new();
        print(&mut Printer::new(&mut bytes, looks)).expect("memory takes everything");
        String::from_utf8(bytes).expect("only text is printed")
    }

    #[test]
    fn long_words_are_wrapped_under_their_label() {
        let text = "Support ticket #SUPP-261120-7F3K2Q created. An agent will assist you shortly.";
        let news = News {
            scene: Scene::Phone(Who::Ann),
            text: text.to_owned(),
        };
        assert_eq!(
            printed(Looks::default(), |printer| printer.news(&news)),
            "              ann's phone │ Support ticket #SUPP-261120-7F3K2Q created. An\n\
             \u{20}                         │ agent will assist you shortly.\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let endless = "x".repeat(500);
        for text in [endless.as_str(), "a\n\nb", "👌👌👌", &"слово ".repeat(60)] {
            for width in [2, 10, 51] {
                for line in wrapped(text, width) {
                    assert!(columns(&line) <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn what_moves_the_cursor_is_not_printed() {
        assert_eq!(wrapped("\u{1b}[2Jgone\rback", 80), ["[2Jgoneback"]);
    }

    #[test]
    fn nothing_but_text_is_printed_where_there_is_no_terminal() {
        let news = News {
            scene: Scene::General,
            text: "hello".to_owned(),
        };
        let text = printed(Looks::default(), |printer| {
            printer.prompt()?;
            printer.typed(true)?;
            printer.acts(Role::Person(Who::Sam), "hi")?;
            printer.news(&news)?;
            printer.typing_ends()
        });
        assert_eq!(text, "agent sam> hi\n           desk · General │ hello\n");
    }

    #[test]
    fn news_make_room_at_the_prompt() {
        let looks = Looks {
            colours: false,
            prompts: true,
        };
        let text = printed(looks, |printer| {
            printer.prompt()?;
            printer.process("starts")?;
            printer.prompt()?;
            printer.typed(true)?;
            printer.words("typed")?;
            printer.prompt()?;
            printer.typing_ends()
        });
        let label = format!("{:>LABEL_COLUMNS$}", "the bot");
        assert_eq!(
            text,
            format!("> \r\u{1b}[K{label} │ starts\n> \u{1b}[1A\r\u{1b}[Ktyped\n> \n")
        );
    }
}
