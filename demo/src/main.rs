//! The quickstart: a double for the target with people, a CSV file that differs, and three runs of the product's own code.
//!
//! `cargo demo` leaves its files in a new private folder that it names. With `--udm` the target is Univention's UDM instead of
//! Zitadel. With `--serve` the double goes on running, so that you can change the files and run `directory-sync` on them by
//! hand.

use std::error::Error;
use std::ffi::OsStr;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use directory_sync::cli::{Cli, LogFormat};
use directory_sync::names::Names;
use directory_sync::run::{self, Process, Terminal};
use directory_sync::telemetry::{Sink, Telemetry};
use testkit::files::write_private;
use testkit::udm::{self, UdmDouble};
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

/// The same people as users of UDM, by the numbers that their ids begin with.
const USERS: [(u32, &str, &str, &str); 4] = [
    (1, "alice", "Alice", "Archer"),
    (2, "bob", "Bob", "Baker"),
    (3, "carol", "Carol", "Cooper"),
    (4, "dave", "Dave", "Draper"),
];

const CONTAINER: &str = "ou=people,dc=univention-organization,dc=intranet";

fn main() -> Result<(), Box<dyn Error>> {
    let asked = |option: &str| std::env::args().any(|argument| argument == option);
    let folder = private_folder()?;
    if asked("--udm") {
        let double = univention();
        write_private(&folder.join("config.yaml"), udm_config(&double, &folder))?;
        write_private(&folder.join("users.csv"), users())?;
        show(&folder, "config.yaml, users.csv", &double.url(), asked("--serve"))
    } else {
        let double = ZitadelDouble::start(Options::default());
        double.add_users(
            ACCOUNTS.map(|(email, given_name, family_name)| UserSeed::synced(email, given_name, family_name)),
        );
        write_files(&double, &folder)?;
        let files = "config.yaml, users.csv, service-user.json";
        show(&folder, files, &double.url(), asked("--serve"))
    }
}

/// A new folder that stays, for its owner alone.
fn private_folder() -> io::Result<PathBuf> {
    let mut folder = tempfile::Builder::new();
    folder.prefix("directory-sync-demo-");
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Ok(folder.tempdir()?.keep())
}

/// Plans, syncs, and syncs again, which finds nothing to do.
fn show(folder: &Path, files: &str, url: &str, serve: bool) -> Result<(), Box<dyn Error>> {
    let config = folder.join("config.yaml");
    let telemetry = Telemetry::start(
        LevelFilter::WARN,
        Sink {
            format: LogFormat::Text,
            colours: false,
            is_journal: false,
            trace: None,
            names: Names::default(),
        },
    );
    for command in ["plan --show-values", "sync", "sync"] {
        directory_sync(command, &config, &telemetry)?;
    }
    println!("The files are in {}: {files}.", folder.display());
    if serve {
        println!("The double listens on {url}. Change users.csv, then run in another terminal:");
        println!("    cargo run --profile demo -- plan -c {}", config.display());
        println!("Ctrl-C ends it. Then remove the folder.");
        loop {
            std::thread::park();
        }
    } else {
        println!(
            "To go on by hand, start this again with `--serve`: the double then goes on running. The folder can be removed."
        );
    }
    Ok(())
}

fn univention() -> UdmDouble {
    let double = UdmDouble::start(udm::Options::default());
    double.add_ou(CONTAINER);
    double.add_users(USERS.map(|(number, username, first, last)| {
        udm::UserSeed::new(username, CONTAINER)
            .with("univentionObjectIdentifier", identifier(number))
            .with("firstname", first)
            .with("lastname", last)
    }));
    double
}

fn identifier(number: u32) -> String {
    format!("{number:08}-5fd4-4d29-9e9c-8f5a2a3a1b10")
}

fn users() -> String {
    let rows = [
        (1, "alice,Alice,Archer,"),
        (2, "bob,Bob,Baker,+49 30 901820"),
        (3, "carol,Carol,Carpenter,"),
        (5, "erin,Erin,Ebert,"),
    ];
    let rows = rows.map(|(number, values)| format!("{},{values}\n", identifier(number)));
    format!(
        "univentionObjectIdentifier,username,firstname,lastname,phone\n{}",
        rows.concat()
    )
}

fn udm_config(double: &UdmDouble, folder: &Path) -> String {
    format!(
        "udm:\n  url: {url}/\n  user: {user}\n  password: {password}\n  users:\n    ou: ou=people\n    properties: \
         [univentionObjectIdentifier, username, firstname, lastname, phone]\nsources:\n  csv:\n    file_path: \
         {folder}/users.csv\npolicy:\n  absent: delete\n",
        url = double.url(),
        user = double.username(),
        password = double.password(),
        folder = folder.display(),
    )
}

fn write_files(zitadel: &ZitadelDouble, folder: &Path) -> io::Result<()> {
    write_private(&folder.join("users.csv"), PEOPLE)?;
    write_private(&folder.join("service-user.json"), zitadel.key_file_json())?;
    write_private(&folder.join("config.yaml"), zitadel.csv_config(folder))
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
        environment: [("DIRECTORY_SYNC__OUTPUT__NAMES", "show")].into_iter().collect(),
        program: "directory-sync",
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        names: Names::default(),
        terminal: Terminal::default(),
        telemetry: Some(telemetry),
    };
    let exit = run::run(&cli, &mut process)?;
    println!("(exit code {})\n", exit.code());
    io::stdout().flush()?;
    Ok(())
}
