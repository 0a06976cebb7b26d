//! The command line: what can be asked for, and how an answer becomes an exit code. Each command
//! has a module of its own; this one only takes them apart.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::config::{CONFIG_VARIABLE, Config, VARIABLE_PREFIX};
use crate::logging;

pub mod check;
pub mod clean;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod exit;
pub mod run;

use exit::{Ended, Exit, Failure, OrExit};

/// An anonymous support desk that lives wholly inside Telegram.
#[derive(Debug, Parser)]
#[command(name = "hushdesk", version, after_help = EXIT_CODES)]
pub struct Arguments {
    /// The config file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "config.toml",
        env = CONFIG_VARIABLE
    )]
    pub config: PathBuf,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What hushdesk can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the support desk until it is told to stop
    Run,
    /// Check config, bot, support group, database and clock, and say what is wrong
    Check,
    /// Try hushdesk without a token and without a network
    #[cfg(feature = "sandbox")]
    Demo(demo::Arguments),
    /// Clean one file: what hushdesk starts itself as, for each file
    #[command(hide = true)]
    Clean(clean::Arguments),
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine; 64 wrong arguments; 66 a file cannot be read; 69 Telegram cannot be reached; \
70 a bug; 74 the database or the disk failed; 75 try again later; 77 Telegram does not accept the \
token; 78 the config or the support group is not as it has to be.";

/// Takes the arguments apart; the error is the exit code when there is nothing to do but what clap
/// has already printed.
pub fn parse(arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(arguments).map_err(|error| {
        // Nothing can be done about a terminal that is gone.
        let _ = error.print();
        if error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Fine
        }
    })
}

/// Does what was asked for.
pub fn execute(arguments: Arguments) -> Ended {
    match arguments.command {
        Command::Run => run::run(configured(&arguments.config)?),
        Command::Check => check::check(&Config::load(&arguments.config, environment())?),
        #[cfg(feature = "sandbox")]
        Command::Demo(options) => demo::demo(options),
        Command::Clean(files) => clean::clean(&files),
    }
}

/// The config, with the log set up as it says.
fn configured(path: &Path) -> Result<Config, Failure> {
    let config = Config::load(path, environment())?;
    let rust_log = std::env::var("RUST_LOG").ok();
    let token = Some(&config.telegram.token);
    logging::init(&config.log, rust_log.as_deref(), token).or_exit(Exit::Config)?;
    Ok(config)
}

/// Our variables. One that is no UTF-8 is kept, damaged, so that it is answered with an error and
/// not overlooked.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        })
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_config_may_be_named_before_or_after_the_command() {
        for line in [
            "hushdesk --config a.toml run",
            "hushdesk run --config a.toml",
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).expect("both are allowed");
            assert_eq!(arguments.config, Path::new("a.toml"), "{line}");
        }
    }
}
