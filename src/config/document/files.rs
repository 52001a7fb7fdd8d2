//! Checks the content of files that the configuration names. Messages never contain the content.

use std::path::Path;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use serde_json::Value;

use crate::tls;

/// A secret in its own file, without the line break that editors add.
pub(in crate::config) fn secret(path: &Path) -> Result<SecretString, String> {
    let text = text(path)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.trim().is_empty() {
        return Err(format!("`{}` is empty", path.display()));
    }
    Ok(SecretString::from(secret))
}

/// Returns whether a file can be read, and contains only white space.
pub(in crate::config) fn is_blank(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.trim().is_empty())
}

/// Checks that a folder exists.
pub(in crate::config) fn folder(path: &Path) -> Result<(), String> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(format!("`{}` is not a folder", path.display())),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Checks for a PEM file with at least one certificate.
pub(in crate::config) fn certificates(path: &Path) -> Result<(), String> {
    readable(path)?;
    tls::certificates(path)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Checks for a PEM file with a private key.
pub(in crate::config) fn private_key(path: &Path) -> Result<(), String> {
    let text = text(path)?;
    PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map(drop)
        .map_err(|_| format!("`{}` contains no private key in PEM format", path.display()))
}

/// Checks for the key file of a Zitadel service account, as downloaded from its console.
pub(in crate::config) fn service_account_key(path: &Path) -> Result<(), String> {
    let text = text(path)?;
    let shown = path.display();
    let Ok(Value::Object(key)) = serde_json::from_str(&text) else {
        return Err(format!("`{shown}` is not a JSON object"));
    };
    let member = |name| key.get(name).and_then(Value::as_str);
    if let Some(kind) = member("type").filter(|kind| *kind != "serviceaccount") {
        return Err(format!(
            "`{shown}` is the key of type `{kind}`, not of a service account"
        ));
    }
    let missing: Vec<_> = ["keyId", "key", "userId"]
        .into_iter()
        .filter(|name| member(name).is_none_or(str::is_empty))
        .map(|name| format!("`{name}`"))
        .collect();
    if !missing.is_empty() {
        return Err(format!("`{shown}` lacks {}", missing.join(", ")));
    }
    PrivateKeyDer::from_pem_slice(member("key").unwrap_or_default().as_bytes())
        .map(drop)
        .map_err(|_| format!("`key` in `{shown}` is not a private key in PEM format"))
}

fn text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| format!("`{}` is not a text in UTF-8", path.display()))
}

fn readable(path: &Path) -> Result<(), String> {
    std::fs::read(path)
        .map(drop)
        .map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    format!("`{}` {reason}", path.display())
}
