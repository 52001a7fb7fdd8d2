//! The compiler of releases.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use super::*;

/// Builds the build script, which is a program.
fn build_script(folder: &Path) -> PathBuf {
    let script = folder.join("build");
    let status = Command::new("rustc")
        .args(["--edition", "2024", "-o"])
        .args([&script, &root().join("build.rs")])
        .status()
        .unwrap();
    assert!(status.success());
    script
}

#[test]
fn a_release_build_with_a_faulty_compiler_prints_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let script = build_script(folder.path());
    let compiler = folder.path().join("rustc");
    let warns = |version: &str, profile: &str, level: &str| {
        fs::write(&compiler, format!("#!/bin/sh\necho 'rustc {version}'\n")).unwrap();
        fs::set_permissions(&compiler, PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new(&script);
        command
            .env("RUSTC", &compiler)
            .env("PROFILE", profile)
            .env("OPT_LEVEL", level);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("cargo::warning=Rust 1.")
    };
    for (version, profile, level, expected) in [
        ("1.95.0 (59807616e 2026-04-14)", "release", "3", true),
        ("1.98.0 (aaaaaaaaa 2026-08-20)", "release", "3", true),
        ("1.98.1 (bbbbbbbbb 2026-09-10)", "release", "3", false),
        ("1.99.0-nightly (ccccccccc 2026-09-10)", "release", "3", false),
        ("2.0.0 (ddddddddd 2030-01-01)", "release", "3", false),
        ("1.95.0 (59807616e 2026-04-14)", "debug", "1", false),
        ("1.95.0 (59807616e 2026-04-14)", "release", "0", false),
    ] {
        assert_eq!(
            warns(version, profile, level),
            expected,
            "{version} {profile} {level}"
        );
    }
}
