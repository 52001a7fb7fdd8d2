//! Evidence for removals: whether the sources contain everyone who must be there.

use crate::plan::{Met, Proof};

/// One sentence per source with demands, and one for the demands on all of them.
pub fn proof(proof: &Proof) -> Vec<String> {
    let sources = proof.sources.iter();
    let mut sentences: Vec<String> = sources
        .filter_map(|source| demands(&format!("source {}", source.name), &source.met))
        .collect();
    sentences.extend(demands("all sources", &proof.together));
    sentences
}

fn demands(of: &str, met: &Met) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(min) = met.min_users {
        parts.push(format!("{} people, at least {min} demanded", met.people));
    }
    if met.canaries > 0 {
        parts.push(format!("{} of {} canaries found", met.found, met.canaries));
    }
    (!parts.is_empty()).then(|| format!("Proof of {of}: {}", parts.join(", ")))
}
