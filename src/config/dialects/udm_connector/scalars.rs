//! Scalars of strict YAML: a word for a boolean, and digits for a number.

use super::super::translation::{Translation, text};
use crate::config::document::yaml::Node;

const TRUE: [&str; 5] = ["yes", "true", "on", "1", "y"];
const FALSE: [&str; 5] = ["no", "false", "off", "0", "n"];

/// Reports a scalar that our own files would round or convert.
pub(super) fn check(path: &[&str], ours: &str, node: &Node, translation: &mut Translation) {
    let Some(word) = text(node) else { return };
    match ours {
        "dry_run" if truth(word).is_none() => {
            let what = format!("`{}` must be `yes` or `no`, not `{word}`", path.join("."));
            translation.fault(path, what, Some("write one of these words".to_owned()));
        }
        "sources.ldap.page_size" if !is_number(node) => refuse_number(path, node, translation),
        _ => {}
    }
}

/// The scalar as our own files write it. After a mistake, it does not matter.
pub(super) fn converted(ours: &str, node: &Node) -> Node {
    match (ours, text(node)) {
        ("dry_run", Some(word)) => Node::Text(truth(word).unwrap_or_default().to_string()),
        ("sources.ldap.page_size", Some(_)) if !is_number(node) => Node::Text("1".to_owned()),
        _ => node.clone(),
    }
}

pub(super) fn refuse_number(path: &[&str], node: &Node, translation: &mut Translation) {
    let word = text(node).unwrap_or_default();
    let what = format!("`{}` must be a whole number, not `{word}`", path.join("."));
    translation.fault(path, what, Some("write digits alone, such as `500`".to_owned()));
}

/// Returns whether it is a whole number.
pub(super) fn is_number(node: &Node) -> bool {
    text(node).is_some_and(|word| word.trim().parse::<u32>().is_ok())
}

fn truth(word: &str) -> Option<bool> {
    let is = |words: [&str; 5]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    (is(TRUE) || is(FALSE)).then(|| is(TRUE))
}
