//! Files for tests.

use std::fs;
use std::io;
use std::path::Path;

/// Writes a file for its owner alone, as secrets and configurations have to be: the program warns of others.
///
/// # Errors
/// The file could not be written.
pub fn write_private(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, content)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}
