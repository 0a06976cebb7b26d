//! What waits: how many calls, in how many lanes, in which order.

/// Calls of one turn: as many as may be under way into groups.
pub const TURN: u32 = 24;
/// Lanes with few calls, and with many where there are no more lanes then.
const FEW_LANES: u32 = 50;
/// Calls of one lane where there are more lanes with more calls.
const PER_LANE: u32 = 20;

/// Where the calls that go next stand among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Next to each other, as tickets are written into in turn.
    Written,
    /// Anywhere: each on pages of its own, which the disk has to bring.
    Scattered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub waiting: u32,
    pub lanes: u32,
    pub order: Order,
}

impl Shape {
    /// What a turn takes and what comes up after it, and nothing else.
    fn nothing_else(order: Order) -> Self {
        Self {
            waiting: TURN * 4,
            lanes: TURN,
            order,
        }
    }

    /// What the others are compared with.
    pub fn is_few(self) -> bool {
        self.waiting == FEW_LANES * PER_LANE
    }

    /// All that are measured, in the order in which they are shown.
    pub fn all() -> Vec<Self> {
        let orders = [Order::Written, Order::Scattered];
        let of = |order: Order| {
            let with = move |waiting, lanes| Self {
                waiting,
                lanes,
                order,
            };
            [
                Self::nothing_else(order),
                with(1_000, FEW_LANES),
                with(100_000, FEW_LANES),
                with(1_000_000, FEW_LANES),
                with(100_000, 100_000 / PER_LANE),
                with(1_000_000, 1_000_000 / PER_LANE),
            ]
        };
        orders.into_iter().flat_map(of).collect()
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            waiting,
            lanes,
            order,
        } = self;
        write!(f, "{waiting} | {lanes} | {order:?}")
    }
}
