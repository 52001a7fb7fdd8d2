//! Random passwords for new users.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::SecretString;

use crate::target::{TargetError, TargetErrorKind};

/// This many random bytes cannot be guessed.
const BYTES: usize = 24;

/// One character of each kind, for password policies.
const KINDS: &str = "aA1.";

/// A password for a new user. It is not shown to anyone, so no one can sign in with it.
pub(super) fn random() -> Result<SecretString, TargetError> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        TargetError::new(
            TargetErrorKind::Misconfigured,
            "create_user",
            "this system gives no random numbers for passwords",
        )
        .wrote_nothing()
    })?;
    Ok(format!("{}{KINDS}", URL_SAFE_NO_PAD.encode(bytes)).into())
}
