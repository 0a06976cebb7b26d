//! Where work may take its time that does not wait by itself, such as reading much. Knows nothing of what it is.

/// Does work beside everything else.
pub trait Aside: Send + Sync {
    /// Does it, at once or soon, and does not wait for its end.
    fn run(&self, work: Box<dyn FnOnce() + Send>);
}

/// On a thread of its own. A panic costs that work alone.
#[derive(Debug)]
pub struct OwnThread;

impl Aside for OwnThread {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        // Whoever wants to know its end hears of it from the work.
        drop(tokio::task::spawn_blocking(work));
    }
}

/// At once and here: for tests and simulation, which are to be repeatable.
#[derive(Debug)]
pub struct Here;

impl Aside for Here {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}
