//! `hushdesk clean`: the child that cleans one file. It gives up what it does not need before it
//! looks at the first byte, and says one line about the file and nothing of what is in it.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::Context;
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, Scope,
};
use rustix::process::{Rlimit, getrlimit, setrlimit};

use crate::scrub::{self, Unclean};
use crate::work::cleaner;

use super::exit::{Ended, Exit, OrExit};

/// The newest rules of the kernel that are asked for; an older kernel knows fewer.
const RULES: ABI = ABI::V6;

/// What is cleaned, and where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to clean
    pub input: PathBuf,
    /// Where the cleaned file goes
    pub output: PathBuf,
}

/// Cleans one file and says in one line of JSON what became of it.
pub fn clean(arguments: &Arguments) -> Ended {
    confine(&arguments.input, &arguments.output).or_exit(Exit::Io)?;
    // A panic's message could hold what the file holds.
    std::panic::set_hook(Box::new(|_| {}));
    let cleaned = catch_unwind(AssertUnwindSafe(|| {
        scrub::clean(&arguments.input, &arguments.output)
    }));
    match cleaned {
        Ok(Ok(format)) => println!("{{\"cleaned\":\"{}\"}}", format.extension()),
        Ok(Err(Unclean::Unsupported)) => println!("{{\"unsupported\":true}}"),
        Ok(Err(Unclean::Unreadable)) | Err(_) => println!("{{\"unreadable\":true}}"),
        Ok(Err(Unclean::Io(error))) => {
            return Err(error)
                .context("the file could not be read or written")
                .or_exit(Exit::Io);
        }
    }
    Ok(Exit::Fine)
}

/// Sets the limits of this process and closes it off from all files but two.
fn confine(input: &Path, output: &Path) -> anyhow::Result<()> {
    let source = File::open(input).context("the input cannot be opened")?;
    let target = File::create(output).context("the output cannot be made")?;
    let input_bytes = source.metadata()?.len();
    for (resource, value) in cleaner::limits(input_bytes) {
        // Whoever started this may have set a lower one, which cannot be raised.
        let value = getrlimit(resource)
            .maximum
            .map_or(value, |maximum| maximum.min(value));
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        setrlimit(resource, limit)
            .map_err(io::Error::from)
            .context("a limit cannot be set")?;
    }
    // Where the kernel does not know these rules, the limits have to do.
    let _ = close_off(&source, &target);
    Ok(())
}

fn close_off(source: &File, target: &File) -> Result<(), RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rule(PathBeneath::new(source, AccessFs::ReadFile))?
        .add_rule(PathBeneath::new(
            target,
            AccessFs::WriteFile | AccessFs::Truncate,
        ))?
        .restrict_self()?;
    Ok(())
}
