//! Says so when a release build is made with a compiler that is known to produce wrong code.

use std::env;
use std::process::Command;

/// The oldest compiler of releases. 1.95 to 1.98.0 miscompile optimized code: rust-lang/rust#158206, #159035, #161441.
const OLDEST: [u32; 3] = [1, 98, 1];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value| env::var(name).as_deref() == Ok(value);
    if !is("PROFILE", "release") || is("OPT_LEVEL", "0") {
        return;
    }
    if let Some(version) = compiler().filter(|version| *version < OLDEST) {
        println!(
            "cargo::warning=Rust {} can produce wrong code in optimized builds (rust-lang/rust#158206, #159035, #161441): \
             build releases with Rust {} or newer",
            text(version),
            text(OLDEST)
        );
    }
}

/// The version that `rustc --version` prints; `None` if it cannot be read.
fn compiler() -> Option<[u32; 3]> {
    let output = Command::new(env::var_os("RUSTC")?)
        .arg("--version")
        .output()
        .ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    let mut numbers = line
        .split([' ', '-'])
        .nth(1)?
        .split('.')
        .map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

fn text(version: [u32; 3]) -> String {
    version.map(|number| number.to_string()).join(".")
}
