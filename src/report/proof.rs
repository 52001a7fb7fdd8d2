//! What a plan rests on: whether the sources named everybody.

use std::io::{self, Write};

use crate::plan::{Met, Proof};

/// Prints one line for each source, and one for what is demanded of all of them.
pub fn proof(out: &mut dyn Write, proof: &Proof) -> io::Result<()> {
    for source in &proof.sources {
        let complete = if source.complete { "complete" } else { "incomplete" };
        writeln!(
            out,
            "Source {}: {} read, {} rejected, {complete}{}",
            source.name,
            source.read,
            source.rejected,
            demands(&source.met)
        )?;
    }
    let together = demands(&proof.together);
    if !together.is_empty() {
        writeln!(out, "All sources: {} people{together}", proof.together.people)?;
    }
    writeln!(out)
}

fn demands(met: &Met) -> String {
    let mut text = String::new();
    if let Some(min) = met.min_users {
        text += &format!(", at least {min} demanded");
    }
    if met.canaries > 0 {
        text += &format!(", {} of {} canaries found", met.found, met.canaries);
    }
    text
}
