//! The quickstart: a Zitadel double with people, a CSV file that differs, and three runs of the product's own code.
//!
//! `cargo run --release --example demo` leaves its files in a folder that it names; with `-- --serve` the double goes on
//! running, so that you can change the files and run `directory-sync` on them by hand.

use std::error::Error;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Parser as _;
use directory_sync::cli::{Cli, LogFormat};
use directory_sync::config::Environment;
use directory_sync::run::{self, Process};
use directory_sync::telemetry::Telemetry;
use testkit::files::write_private;
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};
use tracing::level_filters::LevelFilter;

/// Who has an account before the first run. Carol has married since, Dave has left, Erin is new.
const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("alice@example.org", "Alice", "Archer"),
    ("bob@example.org", "Bob", "Baker"),
    ("carol@example.org", "Carol", "Cooper"),
    ("dave@example.org", "Dave", "Draper"),
];

const PEOPLE: &str = "\
email,first_name,last_name,phone
alice@example.org,Alice,Archer,
bob@example.org,Bob,Baker,+49 30 901820
carol@example.org,Carol,Carpenter,
erin@example.org,Erin,Ebert,
";

fn main() -> Result<(), Box<dyn Error>> {
    let serve = std::env::args().any(|argument| argument == "--serve");
    let zitadel = ZitadelDouble::start(Options::default());
    zitadel.add_users(ACCOUNTS.map(account));
    let folder = write_files(&zitadel)?;
    let config = folder.join("config.yaml");
    let telemetry = Telemetry::start(LogFormat::Text, LevelFilter::WARN);
    for command in ["plan --show-values", "sync", "sync"] {
        directory_sync(command, &config, &telemetry)?;
    }
    println!(
        "The files are in {}: config.yaml, users.csv, service-user.json.",
        folder.display()
    );
    if serve {
        println!(
            "Zitadel's double listens on {}. Change users.csv, then run in another terminal:",
            zitadel.url()
        );
        println!("    cargo run --release -- plan -c {}", config.display());
        println!("Press Enter here to end it.");
        io::stdin().read_line(&mut String::new())?;
    } else {
        println!("To go on by hand, start this again with `-- --serve`: the double then goes on running.");
    }
    Ok(())
}

/// An account as an earlier run made it.
fn account((email, given_name, family_name): (&str, &str, &str)) -> UserSeed {
    let localpart = uuid::Uuid::new_v5(&NAMESPACE, email.as_bytes()).to_string();
    UserSeed {
        email: email.to_owned(),
        email_verified: true,
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        display_name: format!("{family_name}, {given_name}"),
        nick_name: hex::encode(email),
        metadata: vec![
            ("localpart".to_owned(), localpart.into_bytes()),
            ("preferred_username".to_owned(), email.as_bytes().to_vec()),
        ],
        roles: vec!["User".to_owned()],
        ..UserSeed::default()
    }
}

/// The namespace in which famedly-sync makes a `localpart` from an external id.
const NAMESPACE: uuid::Uuid = uuid::Uuid::from_u128(0xd997_9cff_abee_4666_bc88_1ec4_5a84_3fb8);

fn write_files(zitadel: &ZitadelDouble) -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join("directory-sync-demo");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("users.csv"), PEOPLE)?;
    write_private(&folder.join("service-user.json"), zitadel.key_file_json())?;
    write_private(&folder.join("config.yaml"), config(zitadel, &folder))?;
    Ok(folder)
}

fn config(zitadel: &ZitadelDouble, folder: &Path) -> String {
    format!(
        "zitadel:\n  url: {url}\n  key_file: {folder}/service-user.json\n  organization_id: {organization}\n  \
         project_id: {project}\nsources:\n  csv:\n    file_path: {folder}/users.csv\npolicy:\n  absent: delete\n",
        url = zitadel.url(),
        folder = folder.display(),
        organization = zitadel.organization_id(),
        project = zitadel.project_id(),
    )
}

fn directory_sync(command: &str, config: &Path, telemetry: &Telemetry) -> Result<(), Box<dyn Error>> {
    println!("$ directory-sync {command} -c {}", config.display());
    let words = ["directory-sync"]
        .into_iter()
        .chain(command.split(' '))
        .chain(["-c"])
        .map(OsStr::new);
    let cli = Cli::try_parse_from(words.chain([config.as_os_str()]))?;
    let mut process = Process {
        // Whatever this shell holds for a real installation must not reach the demo.
        environment: Environment::default(),
        program: "directory-sync",
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        telemetry: Some(telemetry),
    };
    let exit = run::run(&cli, &mut process)?;
    println!("(exit code {})\n", exit.code());
    io::stdout().flush()?;
    Ok(())
}
