//! Who may do what in the desk group. Knows nothing of tickets and their states: whether a thing can be
//! done at all is for `transition` to say. Levels forbid nothing: they say whose work a ticket is, and
//! where nobody of a level is there somebody else has to help.

use crate::domain::ticket::Role;

/// Who wants to do something, as Telegram says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their role in the group; none for who is no member, or is not let in yet.
    pub role: Option<Role>,
    /// Whether they act as the group itself, so that nobody knows who they are.
    pub is_anonymous: bool,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Allowed,
    /// They are nobody here; nothing happens, and nothing is said about the ticket.
    Stranger,
    /// Admins may.
    AdminsOnly,
    /// It needs a name, and they act without one: a button asks for it.
    NeedsIdentity,
}

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $who:ident, $identity:ident;)*) => {
        /// Whatever one can do in the group: the commands, and the buttons that are no commands. A button
        /// that does what a command does is that command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Deed {
            $($(#[$doc])* $name,)*
        }

        impl Deed {
            /// All of them: the agents' commands, the admins', then replies and buttons.
            pub const ALL: &'static [Deed] = &[$(Deed::$name,)*];

            /// The word after the slash, or what a page calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Deed::$name => $word,)*
                }
            }

            const fn rights(self) -> (For, Name) {
                match self {
                    $(Deed::$name => (For::$who, Name::$identity),)*
                }
            }
        }
    };
}

/// Whose a deed is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Everybody,
    Admins,
}

/// Whether it can be done without a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Needed,
    Free,
}

deeds! {
    /// Take a ticket; the button Claim.
    Claim = "/claim", Everybody, Needed;
    /// Give it back.
    Unclaim = "/unclaim", Everybody, Needed;
    /// Ask why somebody has it.
    Why = "/why", Everybody, Free;
    /// Give it to somebody.
    Assign = "/assign", Everybody, Free;
    /// Pass it on.
    Transfer = "/transfer", Everybody, Free;
    /// Raise it; the buttons of Escalate.
    Escalate = "/escalate", Everybody, Free;
    /// Say how urgent it is; the button Priority.
    Priority = "/priority", Everybody, Free;
    /// Say what it is about.
    Category = "/category", Everybody, Free;
    /// Mark it.
    Tag = "/tag", Everybody, Free;
    /// Write what stays in the group.
    Note = "/note", Everybody, Free;
    /// Close it, now or later; the button Close.
    Close = "/close", Everybody, Free;
    /// Open it again; the button Reopen.
    Reopen = "/reopen", Everybody, Free;
    /// Put it aside.
    Snooze = "/snooze", Everybody, Free;
    /// Be reminded.
    Remind = "/remind", Everybody, Needed;
    /// Take a message back.
    Delete = "/delete", Everybody, Free;
    /// Take the next one.
    Next = "/next", Everybody, Needed;
    /// See what waits.
    Queue = "/queue", Everybody, Free;
    /// See one's own.
    Mine = "/mine", Everybody, Needed;
    /// Take new tickets.
    Available = "/available", Everybody, Needed;
    /// Take none for now.
    Busy = "/busy", Everybody, Needed;
    /// Be away.
    Away = "/away", Everybody, Needed;
    /// Be off.
    Offline = "/offline", Everybody, Needed;
    /// Say when one works.
    Shift = "/shift", Everybody, Needed;
    /// See what one can do.
    Help = "/help", Everybody, Free;
    /// See who works here.
    Agents = "/agents", Admins, Free;
    /// Say how somebody works.
    Agent = "/agent", Admins, Free;
    /// See how the desk has done.
    Stats = "/stats", Admins, Free;
    /// Keep a client out.
    Ban = "/ban", Admins, Free;
    /// Let them in again.
    Unban = "/unban", Admins, Free;
    /// Keep them quiet for a while.
    Mute = "/mute", Admins, Free;
    /// See and reset a client's limits.
    Limits = "/limits", Admins, Free;
    /// Do one thing to many tickets; also the button that confirms it.
    Bulk = "/bulk", Admins, Free;
    /// Send what was held back.
    Force = "/force", Admins, Free;
    /// See who did what.
    Audit = "/audit", Admins, Free;
    /// See what was hidden: whoever sees it is kept.
    Reveal = "/reveal", Admins, Needed;
    /// See, repeat or drop what failed; also its buttons.
    Failed = "/failed", Admins, Free;
    /// Write to the client.
    Reply = "a reply", Everybody, Free;
    /// Answer a question about an own message.
    AnswerPrompt = "the buttons below an own message", Everybody, Needed;
    /// See what the card leaves out.
    More = "the button More", Everybody, Free;
    /// Let a new member work, or not.
    Admit = "the buttons below a new member", Admins, Free;
}

/// Whether somebody may do something.
pub const fn may(person: Person, deed: Deed) -> Verdict {
    let (whose, name) = deed.rights();
    match (person.role, whose) {
        (None, For::Everybody | For::Admins) => Verdict::Stranger,
        (Some(Role::Agent), For::Admins) => Verdict::AdminsOnly,
        (Some(Role::Agent), For::Everybody) | (Some(Role::Admin), For::Everybody | For::Admins) => {
            match name {
                Name::Needed if person.is_anonymous => Verdict::NeedsIdentity,
                Name::Needed | Name::Free => Verdict::Allowed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::AgentWord;

    /// For every deed: an agent, an admin, an admin without a name. `+` may, `-` may not, `?` is asked
    /// who they are.
    const TABLE: &str = "
        /claim ++?  /unclaim ++?  /why +++  /assign +++  /transfer +++  /escalate +++  /priority +++
        /category +++  /tag +++  /note +++  /close +++  /reopen +++  /snooze +++  /remind ++?
        /delete +++  /next ++?  /queue +++  /mine ++?  /available ++?  /busy ++?  /away ++?
        /offline ++?  /shift ++?  /help +++
        /agents -++  /agent -++  /stats -++  /ban -++  /unban -++  /mute -++  /limits -++  /bulk -++
        /force -++  /audit -++  /reveal -+?  /failed -++
        a_reply +++  the_buttons_below_an_own_message ++?  the_button_More +++
        the_buttons_below_a_new_member -++";

    fn sign(role: Role, is_anonymous: bool, deed: Deed) -> char {
        let person = Person {
            role: Some(role),
            is_anonymous,
        };
        match may(person, deed) {
            Verdict::Allowed => '+',
            Verdict::AdminsOnly => '-',
            Verdict::NeedsIdentity => '?',
            Verdict::Stranger => '!',
        }
    }

    #[test]
    fn the_whole_table() {
        let words: Vec<&str> = TABLE.split_whitespace().collect();
        let expected: Vec<(&str, &str)> = words.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        assert_eq!(expected.len(), Deed::ALL.len());
        for (deed, (name, signs)) in Deed::ALL.iter().zip(expected) {
            assert_eq!(deed.name().replace(' ', "_"), name);
            let agent = sign(Role::Agent, false, *deed);
            let admin = sign(Role::Admin, false, *deed);
            let unnamed = sign(Role::Admin, true, *deed);
            assert_eq!(String::from_iter([agent, admin, unnamed]), signs, "{name}");
        }
    }

    /// What stands here can be given, and whatever can be given stands here.
    #[test]
    fn every_command_has_its_place_and_nothing_else_has() {
        let mut named: Vec<&str> = Deed::ALL
            .iter()
            .filter_map(|deed| deed.name().strip_prefix('/'))
            .collect();
        let mut given: Vec<&str> = AgentWord::ALL.iter().map(|word| word.name()).collect();
        named.sort_unstable();
        given.sort_unstable();
        assert_eq!(named, given);
    }

    #[test]
    fn who_is_no_member_may_do_nothing() {
        for deed in Deed::ALL {
            for is_anonymous in [false, true] {
                let nobody = Person {
                    role: None,
                    is_anonymous,
                };
                assert_eq!(may(nobody, *deed), Verdict::Stranger, "{deed:?}");
            }
        }
    }
}
