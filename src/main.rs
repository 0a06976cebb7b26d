//! From arguments to one command each, and from its end to an exit code. Decides nothing else.

use std::process::ExitCode;

use hushdesk::cli;
use hushdesk::config::hide_tokens;

fn main() -> ExitCode {
    let ended = match cli::parse(std::env::args_os()) {
        Ok(arguments) => cli::execute(arguments),
        Err(exit) => Ok(exit),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            let sentence = format!("error: {:#}", failure.error);
            eprintln!("{}", hide_tokens(&sentence));
            failure.exit.into()
        }
    }
}
