//! Failures that a test plans: refusals, lost connections, gateways, silence.
//!
//! Decides only *that* a call fails and how; carrying it out is the dispatcher's. Deterministic: a
//! seeded simulation draws its faults itself, through the hook.

/// How a call fails. "After" means that its effect happened all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Any Bot API error, before any effect. `parameters` is the JSON object of that name.
    Refuse {
        code: u16,
        description: String,
        parameters: Option<serde_json::Map<String, serde_json::Value>>,
    },
    /// 429, and the chat stays closed for that long.
    RetryAfter { seconds: u32 },
    /// The connection is lost before the request arrived.
    CutBefore,
    /// The connection is lost while the answer is on its way.
    CutAfter,
    /// 502 with an HTML body, no effect.
    BadGatewayHtml,
    /// 502 with an HTML body, after the effect.
    BadGatewayAfter,
    /// 500 in JSON, no effect.
    Internal500,
    /// The answer comes late.
    Slow { ms: u64 },
    /// The call comes late: it counts and is answered only then.
    Late { ms: u64 },
    /// No answer, no effect.
    Hang,
    /// No answer, after the effect.
    HangAfter,
    /// 200 whose body is no JSON, after the effect.
    Garbage,
    /// Of an album or a batch of copies only the first `items` are delivered, then the whole call
    /// is answered with an error that names the reason.
    PartialBatch { items: usize, error: String },
}

/// A planned fault. Unset fields match every call.
#[derive(Clone, Debug)]
pub struct FaultRule {
    pub method: Option<String>,
    pub chat: Option<i64>,
    /// Whose call it is.
    pub bot: Option<i64>,
    /// Matching calls let through first.
    pub after_calls: u32,
    /// Matching calls that fail then.
    pub times: u32,
    pub fault: Fault,
}

impl FaultRule {
    /// The next call of `method` fails.
    pub fn once(method: &str, fault: Fault) -> FaultRule {
        FaultRule {
            method: Some(method.to_owned()),
            chat: None,
            bot: None,
            after_calls: 0,
            times: 1,
            fault,
        }
    }
}

/// What a fault hook is told.
#[derive(Clone, Copy, Debug)]
pub struct CallInfo<'a> {
    pub bot: i64,
    /// As published.
    pub method: &'a str,
    pub chat: Option<i64>,
    pub at_ms: i64,
    /// Counts all calls from 1.
    pub number: u64,
}

/// Draws faults for a simulation. It runs inside the model and must not call it.
pub type FaultHook = Box<dyn FnMut(&CallInfo<'_>) -> Option<Fault> + Send>;

#[derive(Default)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    hook: Option<FaultHook>,
}

impl Faults {
    pub fn plan(&mut self, rule: FaultRule) {
        self.rules.push(rule);
    }

    pub fn set_hook(&mut self, hook: Option<FaultHook>) {
        self.hook = hook;
    }

    pub fn clear(&mut self) {
        self.rules.clear();
        self.hook = None;
    }

    /// Rules that have not run out yet.
    pub fn planned(&self) -> usize {
        self.rules.len()
    }

    /// The fault of this call: the first rule that matches and is due, else the hook's.
    pub fn draw(&mut self, call: &CallInfo<'_>) -> Option<Fault> {
        let mut drawn = None;
        for rule in &mut self.rules {
            if !rule.matches(call) {
                continue;
            }
            if rule.after_calls > 0 {
                rule.after_calls -= 1;
                continue;
            }
            if rule.times > 0 {
                rule.times -= 1;
                drawn = Some(rule.fault.clone());
                break;
            }
        }
        self.rules.retain(|rule| rule.times > 0);
        match (drawn, &mut self.hook) {
            (Some(fault), _) => Some(fault),
            (None, Some(hook)) => hook(call),
            (None, None) => None,
        }
    }
}

impl FaultRule {
    fn matches(&self, call: &CallInfo<'_>) -> bool {
        self.method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(call.method))
            && self.chat.is_none_or(|chat| Some(chat) == call.chat)
            && self.bot.is_none_or(|bot| bot == call.bot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, number: u64) -> CallInfo<'_> {
        CallInfo {
            bot: 1,
            method,
            chat: Some(5),
            at_ms: 0,
            number,
        }
    }

    #[test]
    fn a_rule_waits_fires_and_is_gone() {
        let mut faults = Faults::default();
        faults.plan(FaultRule {
            after_calls: 1,
            times: 2,
            ..FaultRule::once("SENDMESSAGE", Fault::CutAfter)
        });
        let drawn: Vec<bool> = (1..=5)
            .map(|number| faults.draw(&call("sendMessage", number)).is_some())
            .collect();
        assert_eq!(drawn, [false, true, true, false, false]);
        assert_eq!(faults.planned(), 0);
    }

    #[test]
    fn a_rule_for_another_chat_is_left_alone() {
        let mut faults = Faults::default();
        faults.plan(FaultRule {
            chat: Some(6),
            ..FaultRule::once("sendMessage", Fault::Hang)
        });
        assert_eq!(faults.draw(&call("sendMessage", 1)), None);
        assert_eq!(faults.planned(), 1);
    }

    #[test]
    fn the_hook_sees_every_call() {
        let mut faults = Faults::default();
        faults.set_hook(Some(Box::new(|call| {
            (call.number == 2).then_some(Fault::Internal500)
        })));
        assert_eq!(faults.draw(&call("getMe", 1)), None);
        assert_eq!(faults.draw(&call("getMe", 2)), Some(Fault::Internal500));
    }
}
