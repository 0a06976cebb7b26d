//! Figures as the text that Prometheus reads (OpenMetrics). Knows nothing of how they come about, and
//! no label of it names a person or the number of a group.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::agent::AgentStatus;
use crate::domain::desks::PAST_NAME;
use crate::domain::rules::breaker::Cause;
use crate::domain::rules::learning;
use crate::domain::ticket::{TicketPriority, TicketState};
use crate::domain::time::Timestamp;
use crate::store::figures::{Figures, Group, Waiting};

/// What the text is, for whoever asks for it.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Why Telegram as a whole can be out of reach.
const CAUSES_OF_TELEGRAM: [Cause; 2] = [Cause::NoAnswer, Cause::Token];
/// Why a group can be.
const CAUSES_OF_GROUP: [Cause; 3] = [Cause::NoAnswer, Cause::Gone, Cause::TopicsOff];

/// The labels of one series.
type Labels = Vec<(&'static str, Cow<'static, str>)>;

/// The figures as text, as of `now`.
pub fn render(figures: &Figures, now: Timestamp) -> String {
    let mut page = Page {
        now,
        metrics: Vec::new(),
    };
    page.reach(figures);
    page.outbox(figures);
    page.groups(&figures.groups);
    page.inbox(figures);
    page.tickets(figures);
    page.people(figures);
    page.files(figures);
    let mut registry = Registry::with_prefix("hushdesk");
    registry.register_collector(Box::new(page));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("writing into a text cannot fail");
    text
}

/// All metrics in the order in which they are shown.
#[derive(Debug)]
struct Page {
    now: Timestamp,
    metrics: Vec<Metric>,
}

#[derive(Debug)]
struct Metric {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    series: Vec<(Labels, Value)>,
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Whole(i64),
    Part(f64),
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        let help = "The version that runs";
        version.encode(encoder.encode_descriptor("build", help, None, MetricType::Info)?)?;
        for metric in &self.metrics {
            let (name, unit) = (metric.name, metric.unit.as_ref());
            let mut those =
                encoder.encode_descriptor(name, metric.help, unit, MetricType::Gauge)?;
            for (labels, value) in &metric.series {
                if labels.is_empty() {
                    value.encode(&mut those)?;
                } else {
                    value.encode(&mut those.encode_family(labels)?)?;
                }
            }
        }
        Ok(())
    }
}

impl Value {
    fn encode(self, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
        match self {
            Value::Whole(value) => encoder.encode_gauge(&value),
            Value::Part(value) => encoder.encode_gauge(&value),
        }
    }
}

impl Page {
    fn reach(&mut self, figures: &Figures) {
        let mut out: Vec<(Labels, Option<Timestamp>)> = Vec::new();
        let mut destination = |labels: Labels, usual: &[Cause], open: &[(Cause, Timestamp)]| {
            for cause in Cause::ALL {
                let since = open.iter().find(|(why, _)| *why == cause);
                if since.is_some() || usual.contains(&cause) {
                    let mut labels = labels.clone();
                    labels.push(("cause", cause.name().into()));
                    out.push((labels, since.map(|(_, since)| *since)));
                }
            }
        };
        let telegram = vec![("destination", "telegram".into())];
        destination(telegram, &CAUSES_OF_TELEGRAM, &figures.telegram_out);
        for group in &figures.groups {
            let open: Vec<_> = group.out.into_iter().collect();
            destination(group_labels(&group.desk), &CAUSES_OF_GROUP, &open);
        }
        destination(group_labels(PAST_NAME), &[], &figures.others_out);
        let is_open = |(labels, since): &(Labels, Option<Timestamp>)| {
            (labels.clone(), i64::from(since.is_some()))
        };
        self.gauges(
            "breaker_open",
            "1 while a destination is out of reach and not called, for each cause; 0 otherwise",
            out.iter().map(is_open),
        );
        let now = self.now;
        self.seconds(
            "breaker_open",
            "How long a destination has been out of reach; 0 while it is not",
            out.into_iter()
                .map(|(labels, since)| (labels, age(now, since))),
        );
    }

    fn outbox(&mut self, figures: &Figures) {
        let labels = |row: &Waiting| {
            let mut labels: Labels = vec![("budget", row.budget.name().into())];
            labels.extend(row.desk.iter().flat_map(|desk| desk_label(desk)));
            labels.push(("priority", row.priority.into()));
            labels
        };
        let rows = || {
            let waiting = figures.waiting.iter();
            waiting.map(|row| (labels(row), row))
        };
        self.gauges(
            "outbox_waiting",
            "Calls to Telegram that wait, counted up to 10000 in each series",
            rows().map(|(labels, row)| (labels, row.count.into())),
        );
        let now = self.now;
        self.seconds(
            "outbox_oldest_due",
            "For how long the call has been due that has been due longest; 0 where none is",
            rows().map(|(labels, row)| (labels, age(now, row.due_since))),
        );
        self.gauge(
            "outbox_under_way",
            "Calls that are being made",
            figures.under_way.into(),
        );
        self.gauge(
            "outbox_in_doubt",
            "Calls whose effect is not known yet",
            figures.in_doubt.into(),
        );
        let dead = [
            ("call", figures.dead_calls),
            ("update", figures.dead_updates),
        ];
        self.gauges(
            "dead_letters",
            "What failed for good and is kept until an admin decides (/failed), up to 10000 each",
            dead.map(|(kind, count)| (vec![("kind", kind.into())], count.into())),
        );
    }

    fn groups(&mut self, groups: &[Group]) {
        let now = self.now;
        let rows = || groups.iter().map(|group| (desk_label(&group.desk), group));
        self.gauges(
            "group_calls_last_minute",
            "Calls into a group within the last 60 s; 0 where there is no limit",
            rows().map(|(labels, group)| (labels, group.calls.into())),
        );
        self.gauges(
            "group_calls_limit",
            "Calls that a group is given in 60 s, after what floods have taught; 0 is no limit",
            rows().map(|(labels, group)| (labels, group.limit.into())),
        );
        let share = |group: &Group| f64::from(group.share) / f64::from(learning::WHOLE);
        self.put(
            "group_rate_share",
            "How much of the config's rate a group bears, as floods have taught; 1 is all of it",
            None,
            rows().map(|(labels, group)| (labels, Value::Part(share(group)))),
        );
        self.seconds(
            "group_pause",
            "For how long Telegram still wants a group left alone",
            rows().map(|(labels, group)| (labels, left(now, group.paused_until))),
        );
    }

    fn inbox(&mut self, figures: &Figures) {
        self.gauge(
            "inbox_pending",
            "Updates that are not handled yet, counted up to 10000",
            figures.pending_updates.into(),
        );
        let now = self.now;
        let known = |at: Option<Timestamp>| at.map(|at| (Labels::new(), age(now, Some(at))));
        self.seconds(
            "update_age",
            "How long ago the last update came; absent where none is known",
            known(figures.received_at),
        );
        self.seconds(
            "poll_age",
            "How long ago Telegram was last known to answer polls, noted once a minute",
            known(figures.polled_at),
        );
        self.gauge(
            "private_chats_paused",
            "Private chats that Telegram wants left alone for now",
            figures.paused_chats.into(),
        );
        self.gauge(
            "voices_out",
            "Further bots that cannot post",
            figures.voices_out.into(),
        );
    }

    fn tickets(&mut self, figures: &Figures) {
        let mut rows = Vec::new();
        for state in TicketState::ALL {
            if state == TicketState::Closed {
                continue;
            }
            for priority in TicketPriority::ALL {
                let mut those = figures.tickets.iter();
                let those =
                    those.find(|tickets| (tickets.state, tickets.priority) == (state, priority));
                let labels: Labels = vec![
                    ("state", state.name().into()),
                    ("priority", priority.name().into()),
                ];
                rows.push((labels, those));
            }
        }
        let now = self.now;
        self.gauges(
            "tickets",
            "Tickets that are not closed",
            rows.iter()
                .map(|(labels, those)| (labels.clone(), those.map_or(0, |it| it.count.into()))),
        );
        self.gauges(
            "tickets_unread",
            "Tickets in which a client waits for an answer",
            rows.iter()
                .map(|(labels, those)| (labels.clone(), those.map_or(0, |it| it.unread.into()))),
        );
        self.seconds(
            "tickets_longest_wait",
            "For how long the client waits for an answer who waits longest; 0 where none does",
            rows.iter().map(|(labels, those)| {
                let since = those.and_then(|tickets| tickets.waiting_since);
                (labels.clone(), age(now, since))
            }),
        );
        self.gauge(
            "tickets_without_topic",
            "Tickets whose topic is not made yet: its turn has not come, or more goes before it",
            figures.without_topic.into(),
        );
        self.gauges(
            "sla_breaches_last_day",
            "Promised times that were missed within the last 24 hours",
            figures.sla_breaches.iter().map(|(target, count)| {
                let labels: Labels = vec![("target", target.name().into())];
                (labels, (*count).into())
            }),
        );
    }

    fn people(&mut self, figures: &Figures) {
        let count = |status| {
            let mut those = figures.agents.iter();
            let those = those.find(|(one, _)| *one == status);
            those.map_or(0, |(_, count)| (*count).into())
        };
        self.gauges(
            "agents",
            "Members of the support groups who have worked there",
            AgentStatus::ALL.map(|status| {
                let labels: Labels = vec![("status", status.name().into())];
                (labels, count(status))
            }),
        );
    }

    fn files(&mut self, figures: &Figures) {
        self.gauge(
            "jobs_waiting",
            "Files that wait to be fetched, scanned and cleaned, counted up to 10000",
            figures.jobs_waiting.into(),
        );
        let since = age(self.now, figures.jobs_due_since);
        self.seconds(
            "jobs_oldest_due",
            "For how long the file has been due that has been due longest; 0 where none is",
            [(Labels::new(), since)],
        );
        let bytes = [
            ("database", figures.database_bytes),
            ("wal", figures.wal_bytes),
        ];
        self.put(
            "database_size",
            "The size of the database, and of what was written last beside it",
            Some(Unit::Bytes),
            bytes.map(|(file, size)| {
                let size = i64::try_from(size).unwrap_or(i64::MAX);
                (vec![("file", file.into())], Value::Whole(size))
            }),
        );
    }

    /// One series without labels.
    fn gauge(&mut self, name: &'static str, help: &'static str, value: i64) {
        self.gauges(name, help, [(Labels::new(), value)]);
    }

    fn gauges(
        &mut self,
        name: &'static str,
        help: &'static str,
        rows: impl IntoIterator<Item = (Labels, i64)>,
    ) {
        self.put(name, help, None, whole(rows));
    }

    /// The same in seconds, which the name then ends with.
    fn seconds(
        &mut self,
        name: &'static str,
        help: &'static str,
        rows: impl IntoIterator<Item = (Labels, i64)>,
    ) {
        self.put(name, help, Some(Unit::Seconds), whole(rows));
    }

    fn put(
        &mut self,
        name: &'static str,
        help: &'static str,
        unit: Option<Unit>,
        series: impl IntoIterator<Item = (Labels, Value)>,
    ) {
        self.metrics.push(Metric {
            name,
            help,
            unit,
            series: series.into_iter().collect(),
        });
    }
}

fn whole(rows: impl IntoIterator<Item = (Labels, i64)>) -> impl Iterator<Item = (Labels, Value)> {
    let rows = rows.into_iter();
    rows.map(|(labels, value)| (labels, Value::Whole(value)))
}

fn group_labels(desk: &str) -> Labels {
    let mut labels: Labels = vec![("destination", "group".into())];
    labels.extend(desk_label(desk));
    labels
}

fn desk_label(desk: &str) -> Labels {
    vec![("desk", desk.to_owned().into())]
}

/// Whole seconds since then; 0 for never, and for what is to come.
fn age(now: Timestamp, since: Option<Timestamp>) -> i64 {
    since.map_or(0, |since| whole_seconds(now.since(since)))
}

/// Whole seconds until then, begun ones included; 0 for never, and for what is over.
fn left(now: Timestamp, until: Option<Timestamp>) -> i64 {
    until.map_or(0, |until| {
        let begun = until.since(now).saturating_add(Duration::from_millis(999));
        whole_seconds(begun)
    })
}

fn whole_seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
