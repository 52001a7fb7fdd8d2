//! What the removals of a plan rest on: whether the sources named everybody who must be there.

use std::io::{self, Write};

use crate::plan::{Met, Proof};

/// Prints one line for each source of which something is demanded, and one for what is demanded of all of them.
pub fn proof(out: &mut dyn Write, proof: &Proof) -> io::Result<()> {
    for source in &proof.sources {
        demands(out, &format!("source {}", source.name), &source.met)?;
    }
    demands(out, "all sources", &proof.together)
}

fn demands(out: &mut dyn Write, whom: &str, met: &Met) -> io::Result<()> {
    let mut parts = Vec::new();
    if let Some(min) = met.min_users {
        parts.push(format!("{} people, at least {min} demanded", met.people));
    }
    if met.canaries > 0 {
        parts.push(format!("{} of {} canaries found", met.found, met.canaries));
    }
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(out, "Proof of {whom}: {}", parts.join(", "))
}
