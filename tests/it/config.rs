//! The config as an operator meets it: the example file, the environment, and every sentence that
//! a mistake is answered with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hushdesk::config::{
    Clamd, Config, Database, Error, Log, LogFormat, Metrics, Scan, Telegram, TextsConfig, Tickets,
    Token,
};
use hushdesk::domain::ids::{BotId, ChatId};
use hushdesk::domain::language::Language;
use hushdesk::domain::rules::carriers::{Carrier, Direction, Policy, Treatment};
use hushdesk::domain::rules::hours::Schedule;
use hushdesk::domain::rules::mask::Mask;
use hushdesk::domain::settings::{
    Admission, Agents, Assignment, BanNotice, Bursts, Category, Dashboard, DeskConfig, Flood,
    LargeFiles, Limits, Privacy, RelayMode, Sla, Targets, TicketRules, UncleanFiles, WhenDown,
};
use hushdesk::domain::ticket::{Level, TicketPriority};

const TOKEN: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234";

const MINIMAL: &str = "[telegram]\n\
     token = \"123456789:AAF-abcdefghijklmnopqrstuvwxyz01234\"\n\
     support_group_id = -1001234567890\n";

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, Error> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_text(text, Path::new("config.toml"), environment)
}

fn minutes(count: u64) -> Option<Duration> {
    Some(Duration::from_secs(60 * count))
}

fn hours(count: u64) -> Option<Duration> {
    minutes(60 * count)
}

fn defaults() -> Config {
    Config {
        telegram: Telegram {
            token: Token::parse(TOKEN).expect("it is one"),
            api_url: "https://api.telegram.org".to_owned(),
            support_group_id: ChatId(-1_001_234_567_890),
            voices: Vec::new(),
        },
        database: Database {
            path: PathBuf::from("hushdesk.db"),
            reader_pool_size: 4,
        },
        limits: Limits {
            tickets_per_day: 5,
            messages_per_hour: 50,
            burst: 5,
            messages_per_second: 1,
        },
        new_tickets_per_minute: 10,
        ban_notice: BanNotice::Once,
        flood_same_text: 5,
        tickets: Tickets {
            relay_mode: RelayMode::All,
        },
        ticket_rules: TicketRules {
            auto_close_after: hours(24),
            auto_close_warning: hours(1),
            reopen_window: hours(24),
            escalate_keywords: ["operator", "complaint", "оператор", "жалоба"]
                .map(str::to_owned)
                .to_vec(),
            escalate_after_messages: 5,
        },
        agents: Agents {
            max_concurrent_tickets: 5,
            assignment: Assignment::Auto,
            away_after: minutes(30),
            admission: Admission::Member,
        },
        hours: Schedule::always(chrono_tz::UTC),
        sla: Sla {
            first_response: Targets {
                low: hours(8),
                medium: hours(4),
                high: hours(1),
                critical: minutes(15),
            },
            resolution: Targets {
                low: hours(72),
                medium: hours(24),
                high: hours(8),
                critical: hours(4),
            },
            warn_at_percent: 75,
            remind_at_percent: 100,
            reassign_at_percent: 150,
            escalate_at_percent: 200,
        },
        dashboard: Dashboard {
            interval: Duration::from_secs(30),
        },
        categories: Vec::new(),
        desks: Vec::new(),
        flood: Flood {
            group_calls_per_minute: 20,
            chat_calls_per_second: 1,
            calls_per_second: 30,
        },
        bursts: Bursts { chat: 3, calls: 5 },
        privacy: Privacy {
            mask: Mask::Spoiler,
            policy: Policy::default(),
            scrub_files: true,
            unclean_files: UncleanFiles::Pass,
            large_files: LargeFiles::Withhold,
            allowed_mentions: Vec::new(),
            guard_agent_names: false,
        },
        privacy_key_file: None,
        scan: Scan {
            clamd: None,
            when_down: WhenDown::Wait,
        },
        texts: TextsConfig {
            desk_language: Language::English,
            reply_label: "Live Support: ".to_owned(),
        },
        metrics: Metrics { listen: None },
        log: Log {
            format: LogFormat::Text,
            level: "info".to_owned(),
        },
    }
}

#[test]
fn a_token_and_a_group_are_enough() {
    let config = read(MINIMAL, &[]).expect("nothing else is needed");
    assert_eq!(config, defaults());
}

#[test]
fn the_example_is_a_config_and_its_commented_keys_are_the_defaults() {
    let example = include_str!("../../config.toml.example");
    let uncommented: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase()) => key,
            Some(_) | None => line,
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let as_it_stands = read(example, &[]).expect("the example can be used as it stands");
    let spelt_out = read(&uncommented, &[]).expect("its commented keys exist");
    assert_eq!(as_it_stands, spelt_out);
    let token = as_it_stands.telegram.token.clone();
    let mut expected = defaults();
    expected.telegram.token = token;
    assert_eq!(as_it_stands, expected);
}

#[test]
fn every_key_can_be_written() {
    let text = format!(
        "[telegram]\n\
         token = \"{TOKEN}\"\n\
         api_url = \"http://127.0.0.1:8081/\"\n\
         support_group_id = -100777\n\
         [database]\n\
         path = \"/var/lib/hushdesk/desk.db\"\n\
         reader_pool_size = 64\n\
         [limits]\n\
         tickets_per_day = 0\n\
         messages_per_hour = 500\n\
         burst = 10\n\
         messages_per_second = 3\n\
         new_tickets_per_minute = 7\n\
         ban_notice = \"never\"\n\
         flood_same_text = 0\n\
         [tickets]\n\
         relay_mode = \"replies\"\n\
         auto_close_after = \"2d 12h\"\n\
         auto_close_warning = \"off\"\n\
         reopen_window = \"off\"\n\
         escalate_keywords = [\" problem \"]\n\
         escalate_after_messages = 0\n\
         [agents]\n\
         max_concurrent_tickets = 8\n\
         assignment = \"claim\"\n\
         away_after = \"off\"\n\
         admission = \"approved\"\n\
         [hours]\n\
         timezone = \"europe/berlin\"\n\
         schedule = \"mon-fri 09:00-17:00\"\n\
         holidays = [\"2026-12-25\"]\n\
         [sla]\n\
         warn_at_percent = 50\n\
         reassign_at_percent = 0\n\
         escalate_at_percent = 120\n\
         [sla.first_response]\n\
         critical = \"5m\"\n\
         [sla.resolution]\n\
         low = \"off\"\n\
         [dashboard]\n\
         interval = \"1m\"\n\
         [flood]\n\
         group_calls_per_minute = 0\n\
         chat_calls_per_second = 2\n\
         chat_burst = 4\n\
         calls_per_second = 25\n\
         calls_burst = 6\n\
         [privacy]\n\
         mask = \"redact\"\n\
         key_file = \"/etc/hushdesk/privacy.key\"\n\
         scrub_files = true\n\
         unclean_files = \"withhold\"\n\
         large_files = \"pass\"\n\
         allowed_mentions = [\"@Our_Shop\", \"our_news\"]\n\
         guard_agent_names = true\n\
         [privacy.to_desk]\n\
         location = \"pass\"\n\
         [privacy.to_client]\n\
         phone = \"refuse\"\n\
         voice = \"confirm\"\n\
         [scan]\n\
         clamd = \"127.0.0.1:3310\"\n\
         when_down = \"pass\"\n\
         [texts]\n\
         desk_language = \"ru\"\n\
         reply_label = \"\"\n\
         [metrics]\n\
         listen = \"[::1]:9464\"\n\
         [log]\n\
         format = \"json\"\n\
         level = \"debug\"\n"
    );
    let config = read(&text, &[]).expect("every value is allowed");
    assert_eq!(config.telegram.token.bot(), BotId(123_456_789));
    assert_eq!(config.telegram.api_url, "http://127.0.0.1:8081");
    assert_eq!(config.telegram.support_group_id, ChatId(-100_777));
    assert_eq!(config.database.path, Path::new("/var/lib/hushdesk/desk.db"));
    assert_eq!(config.database.reader_pool_size, 64);
    let limits = Limits {
        tickets_per_day: 0,
        messages_per_hour: 500,
        burst: 10,
        messages_per_second: 3,
    };
    assert_eq!(config.limits, limits);
    assert_eq!(config.new_tickets_per_minute, 7);
    assert_eq!(config.tickets.relay_mode, RelayMode::Replies);
    check_the_desk(&config);
    let flood = Flood {
        group_calls_per_minute: 0,
        chat_calls_per_second: 2,
        calls_per_second: 25,
    };
    assert_eq!(config.flood, flood);
    assert_eq!(config.bursts, Bursts { chat: 4, calls: 6 });
    let privacy = Privacy {
        mask: Mask::Redact,
        policy: policy(&[
            (Carrier::Location, Direction::ToDesk, Treatment::Pass),
            (Carrier::Phone, Direction::ToClient, Treatment::Refuse),
            (Carrier::Voice, Direction::ToClient, Treatment::Confirm),
        ]),
        scrub_files: true,
        unclean_files: UncleanFiles::Withhold,
        large_files: LargeFiles::Pass,
        allowed_mentions: vec!["our_shop".to_owned(), "our_news".to_owned()],
        guard_agent_names: true,
    };
    assert_eq!(config.privacy, privacy);
    let key_file = PathBuf::from("/etc/hushdesk/privacy.key");
    assert_eq!(config.privacy_key_file, Some(key_file));
    let clamd = Clamd::Tcp("127.0.0.1:3310".to_owned());
    assert_eq!(config.scan.clamd, Some(clamd));
    assert_eq!(config.scan.when_down, WhenDown::Pass);
    let listen = config.metrics.listen.expect("it is not off");
    assert_eq!(listen.to_string(), "[::1]:9464");
    assert_eq!(config.texts.desk_language, Language::Russian);
    assert_eq!(config.texts.reply_label, "");
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.log.level, "debug");
}

/// What `every_key_can_be_written` wrote about the desk.
fn check_the_desk(config: &Config) {
    assert_eq!(config.ban_notice, BanNotice::Never);
    assert_eq!(config.flood_same_text, 0);
    let rules = TicketRules {
        auto_close_after: hours(60),
        auto_close_warning: None,
        reopen_window: None,
        escalate_keywords: vec!["problem".to_owned()],
        escalate_after_messages: 0,
    };
    assert_eq!(config.ticket_rules, rules);
    let agents = Agents {
        max_concurrent_tickets: 8,
        assignment: Assignment::Claim,
        away_after: None,
        admission: Admission::Approved,
    };
    assert_eq!(config.agents, agents);
    let hours = Schedule::parse("mon-fri 9-17 Europe/Berlin", chrono_tz::UTC).expect("it is one");
    let holiday = chrono::NaiveDate::from_ymd_opt(2026, 12, 25);
    assert_eq!(config.hours, hours.with_holidays(holiday));
    let mut sla = defaults().sla;
    sla.warn_at_percent = 50;
    sla.reassign_at_percent = 0;
    sla.escalate_at_percent = 120;
    sla.first_response.critical = minutes(5);
    sla.resolution.low = None;
    assert_eq!(config.sla, sla);
    assert_eq!(config.dashboard.interval, Duration::from_secs(60));
}

const CATEGORIES_AND_DESKS: &str = "\
     [[category]]\n\
     name = \"billing\"\n\
     title = \"Payments\"\n\
     priority = \"high\"\n\
     [[desks]]\n\
     name = \"engineers\"\n\
     support_group_id = -1002\n\
     categories = [\"technical\"]\n\
     levels = [3, 2]\n\
     [[category]]\n\
     name = \"technical\"\n\
     title = \"Everything else\"\n\
     [[category]]\n\
     name = \"security\"\n\
     title = \"Security\"\n\
     desk = \"engineers\"\n";

#[test]
fn sections_can_be_there_several_times() {
    let category = |name: &str, title: &str, desk: Option<&str>, priority| Category {
        name: name.to_owned(),
        title: title.to_owned(),
        desk: desk.map(str::to_owned),
        priority,
    };
    let categories = [
        category("billing", "Payments", None, Some(TicketPriority::High)),
        category("technical", "Everything else", Some("engineers"), None),
        category("security", "Security", Some("engineers"), None),
    ];
    let levels = [Level::new(2), Level::new(3)].map(|level| level.expect("there is one"));
    let desks = [DeskConfig {
        name: "engineers".to_owned(),
        support_group_id: ChatId(-1002),
        categories: vec!["technical".to_owned(), "security".to_owned()],
        levels: levels.to_vec(),
    }];
    let text = format!("{MINIMAL}{CATEGORIES_AND_DESKS}");
    let config = read(&text, &[]).expect("all of it fits together");
    assert_eq!(config.categories, categories);
    assert_eq!(config.desks, desks);

    let inline =
        "categories below".replace("categories below", "[{ name = \"x\", title = \"X\" }]");
    for (text, environment) in [
        (format!("category = {inline}\n{MINIMAL}"), vec![]),
        (
            MINIMAL.to_owned(),
            vec![("HUSHDESK_CATEGORY", inline.as_str())],
        ),
        (
            format!("{MINIMAL}[[category]]\nname = \"y\"\ntitle = \"Y\""),
            vec![("HUSHDESK_CATEGORY", inline.as_str())],
        ),
    ] {
        let config = read(&text, &environment).expect("all are the same");
        assert_eq!(config.categories, [category("x", "X", None, None)]);
    }
}

#[test]
fn further_voices_have_tokens_of_their_own() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("bot_token");
    std::fs::write(&file, "43:third_token").expect("the folder can be written to");
    let text = format!(
        "{MINIMAL}[[telegram.voices]]\ntoken = \"42:another_token\"\n\
         [[telegram.voices]]\ntoken_file = {file:?}\n"
    );
    let bots = |config: &Config| -> Vec<BotId> {
        let voices = config.telegram.voices.iter();
        voices.map(|voice| voice.token.bot()).collect()
    };
    let config = read(&text, &[]).expect("all are of different bots");
    assert_eq!(bots(&config), [BotId(42), BotId(43)]);

    let variable = (
        "HUSHDESK_TELEGRAM__VOICES",
        "[{ token = \"44:fourth_token\" }]",
    );
    let config = read(&text, &[variable]).expect("the variable takes the place of all");
    assert_eq!(bots(&config), [BotId(44)]);
}

#[test]
fn what_is_wrong_in_a_list_is_named_by_its_line() {
    let category = |rest: &str| format!("[[category]]\nname = \"billing\"\ntitle = \"B\"\n{rest}");
    let desk = |rest: &str| {
        format!("[[desks]]\nname = \"two\"\nsupport_group_id = -1002\nlevels = [2]\n{rest}")
    };
    for (added, expected) in [
        (
            "[[categry]]\nname = \"x\"".to_owned(),
            "config.toml:4: the section [categry] does not exist; did you mean [[category]]?",
        ),
        (
            "[category]\nname = \"x\"".to_owned(),
            "config.toml:4: category can be there several times; write [[category]], in two \
             brackets, on a line of its own for each",
        ),
        (
            "[telegram.voices]\ntoken = \"x\"".to_owned(),
            "config.toml:4: telegram.voices can be there several times; write \
             [[telegram.voices]], in two brackets, on a line of its own for each",
        ),
        (
            "[[category]]\nnam = \"x\"".to_owned(),
            "config.toml:5: [[category]] nam does not exist; did you mean name?",
        ),
        (
            "[[category]]\nburst = 1".to_owned(),
            "config.toml:5: [[category]] burst does not exist; it belongs under [limits]",
        ),
        (
            "[[category]]\ntitle = \"x\"".to_owned(),
            "config.toml:4: [[category]] name is missing; write 1 to 32 of a-z, 0-9, - and _, as \
             in \"billing\"",
        ),
        (
            "[[category]]\nname = \"Счета\"".to_owned(),
            "config.toml:5: [[category]] name cannot be \"Счета\"; write 1 to 32 of a-z, 0-9, - \
             and _, as in \"billing\"",
        ),
        (
            "[[category]]\nname = \"x\"".to_owned(),
            "config.toml:4: [[category]] title is missing; write at most 64 characters on one line",
        ),
        (
            category("priority = \"urgent\""),
            "config.toml:7: [[category]] priority cannot be \"urgent\"; write \"low\" or \
             \"medium\" or \"high\" or \"critical\"",
        ),
        (
            category("[[category]]\nname = \"billing\""),
            "config.toml:8: [[category]] name = \"billing\" is there twice; give each a name of \
             its own",
        ),
        (
            category("desk = \"two\""),
            "config.toml:7: [[category]] desk names \"two\", and there is no [[desks]] of this \
             name; write a [[desks]] of this name first",
        ),
        (
            category(&desk("categories = [\"biling\"]")),
            "config.toml:11: [[desks]] categories names \"biling\", and there is no [[category]] \
             of this name; did you mean \"billing\"?",
        ),
        (
            category(&desk(
                "[[desks]]\nname = \"three\"\nsupport_group_id = -1002",
            )),
            "config.toml:13: [[desks]] support_group_id is the group of another desk; give each \
             desk a group of its own",
        ),
        (
            "[[desks]]\nname = \"main\"\nsupport_group_id = -5".to_owned(),
            "config.toml:5: [[desks]] name cannot be \"main\"; hushdesk calls other groups so \
             itself; give this one another name",
        ),
        (
            "[[desks]]\nname = \"unknown\"\nsupport_group_id = -5".to_owned(),
            "config.toml:5: [[desks]] name cannot be \"unknown\"; hushdesk calls other groups so \
             itself; give this one another name",
        ),
        (
            "[[desks]]\nname = \"two\"\nsupport_group_id = -1001234567890".to_owned(),
            "config.toml:6: [[desks]] support_group_id is the group of another desk; give each \
             desk a group of its own",
        ),
        (
            "[[desks]]\nname = \"two\"\nsupport_group_id = 5".to_owned(),
            "config.toml:6: [[desks]] support_group_id is not negative, so it is a person's; write \
             the id of the support group, a number that begins with -100",
        ),
        (
            "[[desks]]\nname = \"two\"\nsupport_group_id = -5".to_owned(),
            "config.toml:4: [[desks]] categories is empty, and so is levels: no ticket would come \
             to this desk; write at least one of the two",
        ),
        (
            "[[desks]]\nname = \"two\"\nsupport_group_id = -5\nlevels = [4]".to_owned(),
            "config.toml:7: [[desks]] levels cannot hold 4, or not twice; write each level once, \
             as in [2, 3]; there are 1, 2 and 3",
        ),
        (
            "[[desks]]\nlevels = [\"two\"]".to_owned(),
            "config.toml:5: [[desks]] levels holds text; write whole numbers: [1, 2]",
        ),
        (
            "[[desks]]\nlevels = 2".to_owned(),
            "config.toml:5: [[desks]] levels is a whole number; write a list: [1, 2]",
        ),
        (
            format!(
                "{}[[desks]]\nname = \"three\"\nsupport_group_id = -1003\n\
                     categories = [\"billing\"]",
                category(&desk("categories = [\"billing\"]\n"))
            ),
            "config.toml:15: [[desks]] categories holds \"billing\", which belongs to the desk \
             \"two\"; let one desk take it",
        ),
        (
            desk("[[desks]]\nname = \"three\"\nsupport_group_id = -1003\nlevels = [3, 2]"),
            "config.toml:11: [[desks]] levels holds 2, which belongs to another desk; let one desk take \
             it",
        ),
        (
            "[[telegram.voices]]".to_owned(),
            "config.toml:4: [[telegram.voices]] token is missing; write the token that BotFather \
             gave you, or the path of a file that holds it as token_file",
        ),
        (
            "[[telegram.voices]]\ntoken = \"123456789:another_secret\"".to_owned(),
            "config.toml:5: [[telegram.voices]] token is of a bot that is there already; make \
             another bot with BotFather, and write the token of that one",
        ),
    ] {
        check(&added, expected);
    }
    for (value, expected) in [
        (
            "billing",
            "the environment's HUSHDESK_CATEGORY: [[category]] is no list of sections here; write \
             all of them in one line, as in [{ name = \"one\" }, { name = \"two\" }]",
        ),
        (
            "[{ nam = \"x\" }]",
            "the environment's HUSHDESK_CATEGORY: [[category]] nam does not exist; did you mean \
             name?",
        ),
        (
            "[{ name = \"x\" }]",
            "the environment's HUSHDESK_CATEGORY: [[category]] title is missing; write at most 64 \
             characters on one line",
        ),
    ] {
        let variable = ("HUSHDESK_CATEGORY", value);
        let error = read(MINIMAL, &[variable]).expect_err(value).to_string();
        assert_eq!(error, expected);
    }
}

#[test]
fn durations_and_steps_are_answered_with_what_can_be() {
    for (added, expected) in [
        (
            "[tickets]\nauto_close_after = \"24\"",
            "config.toml:5: [tickets] auto_close_after = \"24\" is no duration; write a duration \
             from \"1m\" to \"365d\", such as \"24h\", \"1h30m\" or \"7d\", or \"off\"",
        ),
        (
            "[tickets]\nreopen_window = \"30s\"",
            "config.toml:5: [tickets] reopen_window = \"30s\" is out of range; write a duration \
             from \"1m\" to \"365d\", such as \"24h\", \"1h30m\" or \"7d\", or \"off\"",
        ),
        (
            "[tickets]\nauto_close_after = \"1h\"",
            "config.toml: [tickets] auto_close_warning = \"1h\" is no time before the close; \
             write less than auto_close_after, which is \"1h\", or \"off\"",
        ),
        (
            "[tickets]\nescalate_keywords = [\"!\"]",
            "config.toml:5: [tickets] escalate_keywords holds \"!\", which is no word; write \
             words, as in [\"operator\", \"жалоба\"], of at most 64 characters each, or [] for none",
        ),
        (
            "[tickets]\nescalate_after_messages = -1",
            "config.toml:5: [tickets] escalate_after_messages = -1 is out of range; write a whole \
             number from 0 to 1000 (0 means never)",
        ),
        (
            "[agents]\nmax_concurrent_tickets = 0",
            "config.toml:5: [agents] max_concurrent_tickets = 0 is out of range; write a whole \
             number from 1 to 1000",
        ),
        (
            "[agents]\nassignment = \"round robin\"",
            "config.toml:5: [agents] assignment cannot be \"round robin\"; write \"auto\" or \
             \"claim\"",
        ),
        (
            "[agents]\naway_after = 30",
            "config.toml:5: [agents] away_after is a whole number; write it in quotes",
        ),
        (
            "[sla]\nreassign_at_percent = 100",
            "config.toml:5: [sla] reassign_at_percent = 100 comes no later than remind_at_percent, \
             which is 100; write more than that, or 0 to leave it out",
        ),
        (
            "[sla.first_response]\nurgent = \"1m\"",
            "config.toml:5: [sla.first_response] urgent does not exist; [sla.first_response] has \
             critical, high, low and medium",
        ),
        (
            "[hours]\ntimezone = \"Berlin\"",
            "config.toml:5: [hours] timezone = \"Berlin\" is wrong: there is no time zone \
             \"Berlin\"; did you mean Europe/Berlin?",
        ),
        (
            "[hours]\nschedule = \"mo-fr 9-17\"",
            "config.toml:5: [hours] schedule = \"mo-fr 9-17\" is wrong: \"mo-fr\" is neither a day \
             nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "[hours]\nholidays = [\"25.12.2026\"]",
            "config.toml:5: [hours] holidays holds \"25.12.2026\", which is no date; write dates as \
             in [\"2026-12-25\"]",
        ),
        (
            "[dashboard]\ninterval = \"off\"",
            "config.toml:5: [dashboard] interval = \"off\" is no duration; write a duration from \
             \"5s\" to \"1h\", such as \"24h\", \"1h30m\" or \"7d\"",
        ),
        (
            "[limits]\nban_notice = \"always\"",
            "config.toml:5: [limits] ban_notice cannot be \"always\"; write \"once\" or \"never\"",
        ),
    ] {
        check(added, expected);
    }
}

fn policy(choices: &[(Carrier, Direction, Treatment)]) -> Policy {
    choices.iter().fold(
        Policy::default(),
        |policy, &(carrier, direction, treatment)| {
            policy
                .with(carrier, direction, treatment)
                .expect("it is allowed")
        },
    )
}

#[test]
fn sections_inside_of_a_section_can_be_written_in_every_way() {
    let expected = policy(&[(Carrier::Voice, Direction::ToClient, Treatment::Confirm)]);
    for text in [
        format!("{MINIMAL}[privacy.to_client]\nvoice = \"confirm\""),
        format!("{MINIMAL}[privacy]\nto_client.voice = \"confirm\""),
        format!("{MINIMAL}[privacy]\nto_client = {{ voice = \"confirm\" }}"),
    ] {
        let config = read(&text, &[]).expect("all are the same in TOML");
        assert_eq!(config.privacy.policy, expected, "{text}");
    }
    for text in [
        MINIMAL.to_owned(),
        format!("{MINIMAL}[privacy.to_client]\nvoice = \"refuse\""),
    ] {
        let variable = ("HUSHDESK_PRIVACY__TO_CLIENT__VOICE", "confirm");
        let config = read(&text, &[variable]).expect("the variable wins");
        assert_eq!(config.privacy.policy, expected);
    }
    let list = ("HUSHDESK_PRIVACY__ALLOWED_MENTIONS", "[\"Our_Shop\"]");
    let config = read(MINIMAL, &[list]).expect("a list is written as in TOML");
    assert_eq!(config.privacy.allowed_mentions, ["our_shop"]);
}

#[test]
fn without_cleaning_files_pass_unless_one_thing_in_them_may_not() {
    let files = [Carrier::FileName, Carrier::FileMetadata, Carrier::AudioTags];
    let all: Vec<_> = Direction::ALL
        .into_iter()
        .flat_map(|direction| files.map(|carrier| (carrier, direction, Treatment::Pass)))
        .collect();
    let off = format!("{MINIMAL}[privacy]\nscrub_files = false\n");
    let config = read(&off, &[]).expect("it is a choice");
    assert_eq!(config.privacy.policy, policy(&all));

    let text = format!("{off}[privacy.to_client]\nfile_name = \"strip\"");
    let config = read(&text, &[]).expect("what is written for one thing wins");
    assert_eq!(
        config
            .privacy
            .policy
            .treatment(Carrier::FileName, Direction::ToClient),
        Treatment::Strip
    );
}

#[test]
fn metrics_are_served_at_any_address_or_nowhere() {
    for (written, expected) in [
        ("off", None),
        ("", None),
        ("127.0.0.1:9464", Some("127.0.0.1:9464")),
        (" 0.0.0.0:80 ", Some("0.0.0.0:80")),
        ("[fd00::7]:9464", Some("[fd00::7]:9464")),
    ] {
        let environment = [("HUSHDESK_METRICS__LISTEN", written)];
        let config = read(MINIMAL, &environment).expect("it is allowed");
        let listen = config.metrics.listen.map(|address| address.to_string());
        assert_eq!(listen.as_deref(), expected, "{written}");
    }
    for wrong in ["127.0.0.1", "9464", "::1:9464x", "127.0.0.1:65536", "on"] {
        let text = format!("{MINIMAL}[metrics]\nlisten = \"{wrong}\"");
        assert!(read(&text, &[]).is_err(), "{wrong}");
    }
}

#[test]
fn a_scanner_is_a_socket_or_a_port() {
    let tcp = |address: &str| Some(Clamd::Tcp(address.to_owned()));
    for (written, expected) in [
        ("", None),
        (
            "/run/clamav/clamd.ctl",
            Some(Clamd::Socket(PathBuf::from("/run/clamav/clamd.ctl"))),
        ),
        ("clamd.example.org:3310", tcp("clamd.example.org:3310")),
        ("[::1]:3310", tcp("[::1]:3310")),
    ] {
        let text = format!("{MINIMAL}[scan]\nclamd = \"{written}\"");
        let config = read(&text, &[]).expect(written);
        assert_eq!(config.scan.clamd, expected);
    }
}

#[test]
fn the_environment_wins_and_may_be_all_there_is() {
    let config = read(
        "",
        &[
            ("HUSHDESK_TELEGRAM__TOKEN", TOKEN),
            ("HUSHDESK_TELEGRAM__SUPPORT_GROUP_ID", "-1001234567890"),
        ],
    )
    .expect("the two are enough, wherever they come from");
    assert_eq!(config, defaults());

    let config = read(
        MINIMAL,
        &[
            ("HUSHDESK_TELEGRAM__TOKEN", "42:another_token"),
            ("HUSHDESK_DATABASE__PATH", "other.db"),
            ("HUSHDESK_LIMITS__BURST", " 7 "),
            ("HUSHDESK_TEXTS__REPLY_LABEL", "\"Team: \""),
            ("HUSHDESK_CONFIG", "elsewhere.toml"),
            ("HUSHDESKTOP", "no variable of ours"),
            ("PATH", "/usr/bin"),
        ],
    )
    .expect("all of them exist");
    assert_eq!(config.telegram.token.bot(), BotId(42));
    assert_eq!(config.database.path, Path::new("other.db"));
    assert_eq!(config.limits.burst, 7);
    assert_eq!(config.texts.reply_label, "Team: ");

    for (written, label) in [
        ("Team: ", "Team: "),
        ("2024", "2024"),
        ("", ""),
        ("'x' y", "'x' y"),
    ] {
        let config = read(MINIMAL, &[("HUSHDESK_TEXTS__REPLY_LABEL", written)])
            .expect("a bare word is text, whatever else it could be");
        assert_eq!(config.texts.reply_label, label);
    }
}

#[test]
fn the_token_may_lie_in_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("bot_token");
    std::fs::write(&file, format!("{TOKEN}\n")).expect("the folder can be written to");
    let path = file.to_str().expect("temporary paths are text");
    let text = format!("[telegram]\ntoken_file = {path:?}\nsupport_group_id = -1001234567890\n");
    assert_eq!(
        read(&text, &[]).expect("the file holds a token"),
        defaults()
    );

    std::fs::write(&file, "nonsense").expect("the folder can be written to");
    let error = read(&text, &[]).expect_err("this is no token").to_string();
    let expected = format!(
        "config.toml:2: [telegram] token_file names {path}, and the token in it has no colon; put \
         nothing but the token into that file"
    );
    assert_eq!(error, expected);

    std::fs::remove_file(&file).expect("it was just there");
    let error = read(&text, &[]).expect_err("there is no file");
    assert!(error.is_missing_input());
    assert_eq!(
        error.to_string(),
        format!("config.toml:2: cannot read the token's file {path}")
    );
}

#[test]
fn a_config_never_prints_its_token() {
    let config = read(MINIMAL, &[]).expect("it is a config");
    let printed = format!("{config:?}");
    assert!(!printed.contains("AAF"), "{printed}");
    assert!(printed.contains("Token(bot 123456789)"), "{printed}");
}

/// What is appended to a config that is right, and the sentence that answers it.
fn check(added: &str, expected: &str) {
    let error = read(&format!("{MINIMAL}{added}"), &[])
        .expect_err(added)
        .to_string();
    assert_eq!(error, expected, "for {added:?}");
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest_right_one() {
    check(
        "tokn = 1",
        "config.toml:4: [telegram] tokn does not exist; did you mean token?",
    );
    check(
        "burst = 1",
        "config.toml:4: [telegram] burst does not exist; it belongs under [limits]",
    );
    check(
        "colour = 1",
        "config.toml:4: [telegram] colour does not exist; [telegram] has api_url, \
         support_group_id, token and token_file",
    );
    check(
        "\n[limit]\nburst = 1",
        "config.toml:5: the section [limit] does not exist; did you mean [limits]?",
    );
    check(
        "[colours]",
        "config.toml:4: the section [colours] does not exist; the sections are [agents], \
         [[category]], [dashboard], [database], [[desks]], [flood], [hours], [limits], [log], [metrics], [privacy], \
         [privacy.to_client], [privacy.to_desk], [scan], [sla], [sla.first_response], \
         [sla.resolution], [telegram], [[telegram.voices]], [texts] and [tickets]",
    );
    check(
        "\n[privacy.to_dsk]\nvoice = \"pass\"",
        "config.toml:5: the section [privacy.to_dsk] does not exist; did you mean \
         [privacy.to_desk]?",
    );
    check(
        "\n[privacy]\nto_desk = \"pass\"",
        "config.toml:6: privacy.to_desk is a section, not a key; write [privacy.to_desk] on a line \
         of its own, its keys below",
    );
    check(
        "\n[privacy.to_desk]\nvoise = \"pass\"",
        "config.toml:6: [privacy.to_desk] voise does not exist; did you mean voice?",
    );
    check(
        "\n[privacy]\nvoice = \"pass\"",
        "config.toml:6: [privacy] voice does not exist; it belongs under [privacy.to_client]",
    );
    check(
        "\n[privacy.to_desk]\nkeyboard = \"pass\"",
        "config.toml:6: [privacy.to_desk] keyboard cannot be chosen; it is always \"strip\", so \
         leave the key out",
    );
    check(
        "[[limit]]",
        "config.toml:4: the section [limit] does not exist; did you mean [limits]?",
    );
    check(
        "[[limits]]",
        "config.toml:4: limits is a section, not a key; write [limits] on a line of its own, its keys below",
    );
    let error = read("burst = 1", &[])
        .expect_err("it stands nowhere")
        .to_string();
    assert_eq!(
        error,
        "config.toml:1: the key burst, outside of any section, does not exist; it belongs under \
         [limits]"
    );
}

#[test]
fn values_that_cannot_be_are_answered_with_what_can() {
    for (added, expected) in [
        (
            "[database]\nreader_pool_size = 0",
            "config.toml:5: [database] reader_pool_size = 0 is out of range; write a whole number \
             from 1 to 64",
        ),
        (
            "[database]\nreader_pool_size = \"four\"",
            "config.toml:5: [database] reader_pool_size is text; write a whole number, without \
             quotes",
        ),
        (
            "[database]\npath = 4",
            "config.toml:5: [database] path is a whole number; write it in quotes",
        ),
        (
            "[database]\npath = \" \"",
            "config.toml:5: [database] path is empty; write the path of a file, as in \
             /var/lib/hushdesk/hushdesk.db",
        ),
        (
            "[database]\npath = \":memory:\"",
            "config.toml:5: [database] path = \":memory:\" is no file; write the path of a file, \
             as in /var/lib/hushdesk/hushdesk.db",
        ),
        (
            "[limits]\nburst = -1",
            "config.toml:5: [limits] burst = -1 is out of range; write a whole number from 0 to \
             1000 (0 means no limit)",
        ),
        (
            "[limits]\nburst = 1.5",
            "config.toml:5: [limits] burst is a fraction; write a whole number, without quotes",
        ),
        (
            "[flood]\ncalls_per_second = 99999999999",
            "config.toml:5: [flood] calls_per_second = 99999999999 is out of range; write a whole \
             number from 0 to 1000 (0 means no limit)",
        ),
        (
            "[flood]\nchat_burst = 0",
            "config.toml:5: [flood] chat_burst = 0 is out of range; write a whole number from 1 to \
             1000",
        ),
        (
            "[flood]\ncalls_burst = 1001",
            "config.toml:5: [flood] calls_burst = 1001 is out of range; write a whole number from \
             1 to 1000",
        ),
        (
            "[tickets]\nrelay_mode = \"some\"",
            "config.toml:5: [tickets] relay_mode cannot be \"some\"; write \"all\" or \"replies\"",
        ),
        (
            "[privacy]\nmask = \"hide\"",
            "config.toml:5: [privacy] mask cannot be \"hide\"; write \"off\" or \"spoiler\" or \
             \"redact\"",
        ),
        (
            "[privacy]\nscrub_files = \"no\"",
            "config.toml:5: [privacy] scrub_files is text; write true or false, without quotes",
        ),
        (
            "[privacy]\nallowed_mentions = \"our_shop\"",
            "config.toml:5: [privacy] allowed_mentions is text; write a list: [\"one\", \"another\"]",
        ),
        (
            "[privacy]\nallowed_mentions = [1]",
            "config.toml:5: [privacy] allowed_mentions holds a whole number; write each entry in \
             quotes: [\"one\", \"another\"]",
        ),
        (
            "[privacy]\nallowed_mentions = [\"t.me/our_shop\"]",
            "config.toml:5: [privacy] allowed_mentions holds \"t.me/our_shop\", which is no name; \
             write names in Telegram, as in [\"your_shop\", \"your_news\"]: 4 to 32 letters, \
             digits and _ each",
        ),
        (
            "[privacy]\nkey_file = \" \"",
            "config.toml:5: [privacy] key_file is white space; write the path of a file, as in \
             /etc/hushdesk/privacy.key, or \"\" for none",
        ),
        (
            "[privacy.to_desk]\ncontact = \"pass\"",
            "config.toml:5: [privacy.to_desk] contact cannot be \"pass\"; write \"confirm\" or \
             \"withhold\"",
        ),
        (
            "[privacy.to_client]\nvoice = \"withhold\"",
            "config.toml:5: [privacy.to_client] voice cannot be \"withhold\"; write \"pass\" or \
             \"confirm\" or \"refuse\"",
        ),
        (
            "[scan]\nclamd = \"clamd\"",
            "config.toml:5: [scan] clamd = \"clamd\" is neither a path from / nor a host with a \
             port; write the path of clamd's socket, as in /run/clamav/clamd.ctl, or its host and \
             port, as in 127.0.0.1:3310, or \"\" for no scan",
        ),
        (
            "[scan]\nclamd = \"::1:3310\"",
            "config.toml:5: [scan] clamd = \"::1:3310\" is no host with a port from 1 to 65535; \
             write the path of clamd's socket, as in /run/clamav/clamd.ctl, or its host and port, \
             as in 127.0.0.1:3310, or \"\" for no scan",
        ),
        (
            "[scan]\nclamd = \"localhost:0\"",
            "config.toml:5: [scan] clamd = \"localhost:0\" is no host with a port from 1 to 65535; \
             write the path of clamd's socket, as in /run/clamav/clamd.ctl, or its host and port, \
             as in 127.0.0.1:3310, or \"\" for no scan",
        ),
        (
            "[texts]\ndesk_language = \"English\"",
            "config.toml:5: [texts] desk_language cannot be \"English\"; write \"en\" or \"ru\"",
        ),
        (
            "[texts]\nreply_label = \"a\\nb\"",
            "config.toml:5: [texts] reply_label holds a line break or another control character; \
             write at most 64 characters on one line, or \"\" for none",
        ),
        (
            "[metrics]\nlisten = \"localhost:9464\"",
            "config.toml:5: [metrics] listen = \"localhost:9464\" is no address with a port; write \
             numbers, as in \"127.0.0.1:9464\" or \"[::1]:9464\", or \"off\"",
        ),
        (
            "[metrics]\nlisten = 9464",
            "config.toml:5: [metrics] listen is a whole number; write it in quotes",
        ),
        (
            "[log]\nformat = \"xml\"",
            "config.toml:5: [log] format cannot be \"xml\"; write \"text\" or \"json\"",
        ),
        (
            "[log]\nlevel = \"hushdesk=debug\"",
            "config.toml:5: [log] level cannot be \"hushdesk=debug\"; write \"error\" or \"warn\" \
             or \"info\" or \"debug\" or \"trace\"",
        ),
    ] {
        check(added, expected);
    }
    let long = format!("[texts]\nreply_label = \"{}\"", "я".repeat(65));
    check(
        &long,
        "config.toml:5: [texts] reply_label has 65 characters; write at most 64 characters on one \
         line, or \"\" for none",
    );
}

#[test]
fn the_bot_and_its_group_are_asked_for_in_words() {
    let with =
        |line: &str| format!("[telegram]\ntoken = \"{TOKEN}\"\nsupport_group_id = -1\n{line}");
    for (text, expected) in [
        (
            String::new(),
            "config.toml: [telegram] token is missing; write the token that BotFather gave you, \
             or the path of a file that holds it as token_file",
        ),
        (
            "[telegram]\ntoken = \"123456789\"".to_owned(),
            "config.toml:2: [telegram] token has no colon; write the token that BotFather gave \
             you, as in 123456789:AAF-abc…",
        ),
        (
            with("token_file = \"elsewhere\""),
            "config.toml:4: [telegram] token_file is set, and so is token (config.toml:2); keep \
             one of the two",
        ),
        (
            format!("[telegram]\ntoken = \"{TOKEN}\""),
            "config.toml: [telegram] support_group_id is missing; write the id of the support \
             group, a number that begins with -100",
        ),
        (
            format!("[telegram]\ntoken = \"{TOKEN}\"\nsupport_group_id = 77"),
            "config.toml:3: [telegram] support_group_id is not negative, so it is a person's; \
             write the id of the support group, a number that begins with -100",
        ),
        (
            with("api_url = \"telegram\""),
            "config.toml:4: [telegram] api_url = \"telegram\" is no web address; write an address \
             such as https://api.telegram.org, or leave the key out",
        ),
        (
            with("api_url = \"ftp://localhost\""),
            "config.toml:4: [telegram] api_url = \"ftp://localhost\" begins neither with https:// \
             nor with http://; write an address such as https://api.telegram.org, or leave the \
             key out",
        ),
        (
            with("api_url = \"http://ann:secret@localhost\""),
            "config.toml:4: [telegram] api_url holds a name or a password; write an address such \
             as https://api.telegram.org, or leave the key out",
        ),
        (
            with("api_url = \"http://localhost/?a=b\""),
            "config.toml:4: [telegram] api_url = \"http://localhost/?a=b\" holds a ? or a #; write \
             an address such as https://api.telegram.org, or leave the key out",
        ),
    ] {
        let error = read(&text, &[]).expect_err(&text).to_string();
        assert_eq!(error, expected);
    }
}

#[test]
fn variables_are_checked_like_keys() {
    for (name, value, expected) in [
        (
            "HUSHDESK_TELEGRAM__TOKN",
            "1",
            "the environment's HUSHDESK_TELEGRAM__TOKN: a setting of this name does not exist; \
             did you mean HUSHDESK_TELEGRAM__TOKEN?",
        ),
        (
            "HUSHDESK_TOKEN",
            "1",
            "the environment's HUSHDESK_TOKEN: a setting of this name does not exist; did you \
             mean HUSHDESK_TELEGRAM__TOKEN?",
        ),
        (
            "HUSHDESK_LIMITS_BURST",
            "1",
            "the environment's HUSHDESK_LIMITS_BURST: a setting of this name does not exist; did \
             you mean HUSHDESK_LIMITS__BURST?",
        ),
        (
            "HUSHDESK_COLOUR",
            "1",
            "the environment's HUSHDESK_COLOUR: a setting of this name does not exist; the names \
             are HUSHDESK_<SECTION>__<KEY>, such as HUSHDESK_DATABASE__PATH",
        ),
        (
            "HUSHDESK_PRIVACY__TO_DESK__VOISE",
            "pass",
            "the environment's HUSHDESK_PRIVACY__TO_DESK__VOISE: a setting of this name does not \
             exist; did you mean HUSHDESK_PRIVACY__TO_DESK__VOICE?",
        ),
        (
            "HUSHDESK_LIMITS__BURST",
            "many",
            "the environment's HUSHDESK_LIMITS__BURST: [limits] burst is text; write a whole \
             number, without quotes",
        ),
        (
            "HUSHDESK_LIMITS__BURST",
            "5000",
            "the environment's HUSHDESK_LIMITS__BURST: [limits] burst = 5000 is out of range; \
             write a whole number from 0 to 1000 (0 means no limit)",
        ),
        (
            "HUSHDESK_TELEGRAM__TOKEN",
            "123456789:AAF abc",
            "the environment's HUSHDESK_TELEGRAM__TOKEN: [telegram] token holds a character that \
             no token has (letters, digits, - and _ only); write the token that BotFather gave \
             you, as in 123456789:AAF-abc…",
        ),
    ] {
        let error = read(MINIMAL, &[(name, value)]).expect_err(name).to_string();
        assert_eq!(error, expected);
    }
}

#[test]
fn no_error_shows_the_token() {
    for text in [
        // A quote that is not closed, a token in the wrong place, a token without quotes, twice.
        format!("[telegram]\ntoken = \"{TOKEN}\nsupport_group_id = -1"),
        format!("[telegram]\ntoken = {TOKEN}"),
        format!("{MINIMAL}token = \"{TOKEN}\""),
        format!("[telegram]\ntoken = [\"{TOKEN}\"]"),
        format!("{MINIMAL}api_url = \"https://api.telegram.org/bot{TOKEN}?\""),
        format!("{MINIMAL}api_url = \"bot{TOKEN}\""),
        format!("{MINIMAL}[tickets]\nrelay_mode = \"{TOKEN}\""),
        format!("{MINIMAL}[database]\npath = \":{TOKEN}\""),
        format!("[telegram]\ntoken = \"{TOKEN}é\""),
        format!("[telegram]\nsupport_group_id = \"{TOKEN}\""),
    ] {
        let error = read(&text, &[]).expect_err("each of them is wrong");
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("abcdefgh"), "{printed}");
    }
}

#[test]
fn what_is_no_toml_is_named_by_its_line() {
    let error = read("[telegram]\ntoken = \"abc\nx = 1\n", &[]).expect_err("a quote is missing");
    assert_eq!(
        error.to_string(),
        "config.toml:2: this cannot be read: invalid basic string, expected `\"`; a line is \
         key = value, with text in quotes"
    );
    let error = read(&format!("{MINIMAL}token = \"x\""), &[]).expect_err("it is there twice");
    assert_eq!(
        error.to_string(),
        "config.toml:4: this cannot be read: duplicate key; keep one of the two"
    );
}

#[test]
fn a_file_that_is_not_there_is_no_bad_config() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("config.toml");
    let missing = Config::load(&path, std::iter::empty()).expect_err("there is no file");
    assert!(missing.is_missing_input());
    assert_eq!(
        missing.to_string(),
        format!(
            "there is no config file {}; copy config.toml.example to that place, or name another \
             file with --config",
            path.display()
        )
    );
    let unreadable = Config::load(folder.path(), std::iter::empty()).expect_err("it is a folder");
    assert!(unreadable.is_missing_input());

    std::fs::write(&path, MINIMAL).expect("the folder can be written to");
    let config = Config::load(&path, std::iter::empty()).expect("now it is there");
    assert_eq!(config, defaults());
}

#[test]
fn every_end_has_its_exit_code() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let wrong = folder.path().join("wrong.toml");
    std::fs::write(&wrong, "[telegram]\ntokn = 1\n").expect("the folder can be written to");
    let wrong = wrong.to_str().expect("temporary paths are text");
    let missing = folder.path().join("missing.toml");
    let missing = missing.to_str().expect("temporary paths are text");
    for (arguments, code, said) in [
        (vec!["--version"], 0, ""),
        (vec!["--help"], 0, ""),
        (vec![], 64, "Usage: hushdesk"),
        (vec!["chek"], 64, "a similar subcommand exists: 'check'"),
        (vec!["run", "--config", missing], 66, "error: there is no"),
        (vec!["check", "--config", missing], 66, "error: there is no"),
        (vec!["run", "--config", wrong], 78, "did you mean token?\n"),
        (
            vec!["check", "--config", wrong],
            78,
            "did you mean token?\n",
        ),
    ] {
        let ended = std::process::Command::new(env!("CARGO_BIN_EXE_hushdesk"))
            .args(&arguments)
            .env_clear()
            .current_dir(folder.path())
            .output()
            .expect("the binary was built for this test");
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}");
        let stderr = String::from_utf8(ended.stderr).expect("messages are text");
        assert!(stderr.contains(said), "{arguments:?} said {stderr}");
    }
}
