//! The program; its commands come with the floors that they need.
fn main() {}
