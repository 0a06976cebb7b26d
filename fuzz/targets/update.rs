//! Whatever Telegram sends becomes an event or is unreadable: the router never panics.

#![no_main]

use std::sync::LazyLock;

use hushdesk::domain::ids::{BotId, ChatId};
use hushdesk::telegram::{Identity, Router, update_id};
use libfuzzer_sys::fuzz_target;

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    Router::new(Identity {
        bot: BotId(900),
        username: "help_bot".to_owned(),
        desk: vec![ChatId(-1001), ChatId(-500)],
    })
});

fuzz_target!(|raw: &str| {
    let routed = ROUTER.route(raw);
    if let Err(error) = &routed {
        // Line and column only: no piece of what somebody wrote.
        assert!(error.to_string().len() < 80, "{error}");
    } else {
        assert!(update_id(raw).is_some(), "an update that cannot be confirmed");
    }
});
