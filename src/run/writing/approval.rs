//! Sources of the approval token.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Global;
use crate::config::Environment;

/// The given token: the option, the option's file, the variable, the variable's file.
///
/// A text that cannot be a token is ignored.
pub(in crate::run) fn token(global: &Global, environment: &Environment) -> Option<String> {
    let variable = |name: &str| environment.var(name)?.to_str().map(str::to_owned);
    let given = global
        .approve
        .clone()
        .or_else(|| global.approve_file.as_deref().and_then(read))
        .or_else(|| variable("DIRECTORY_SYNC_APPROVE").filter(|token| !token.trim().is_empty()))
        .or_else(|| {
            let file = variable("DIRECTORY_SYNC_APPROVE_FILE").filter(|file| !file.is_empty())?;
            read(&PathBuf::from(file))
        })?;
    let token = given.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if token.is_empty() || !token.bytes().all(is_token) {
        tracing::warn!("the given approval is not a token and is ignored");
        return None;
    }
    Some(token.to_owned())
}

/// The file may exist before a token was put into it, as for each run that needs none.
fn read(file: &Path) -> Option<String> {
    match fs::read_to_string(file) {
        Ok(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "the token could not be read and is ignored");
            None
        }
    }
}
