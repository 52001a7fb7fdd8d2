//! The units of systemd, whose commands run as they are printed.

use testkit::people::Person;
use testkit::slapd::Slapd;

use super::host::Host;
use super::*;

const FOLDER_OF_UNITS: &str = "deploy/systemd";
/// Each unit that runs once, the name of its instance, and how the names of its undo file and report begin.
const UNITS: [(&str, &str, &str); 2] = [
    ("directory-sync", "", "state/"),
    ("directory-sync@", "staff", "state/staff."),
];

/// The lines of units in their order: name and value.
fn lines(files: &[String]) -> Vec<(String, String)> {
    let text: String = files.iter().map(|file| text(file)).collect();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn values<'a>(lines: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let found = lines.iter().filter(|(own, _)| own == name);
    found.map(|(_, value)| value.as_str()).collect()
}

/// What systemd does before it starts the program: specifiers, credentials, state folders, variables.
fn start(host: &Host, files: &[String], instance: &str) -> (Vec<String>, Vec<(String, String)>) {
    let unit = if instance.is_empty() {
        "directory-sync".to_owned()
    } else {
        format!("directory-sync@{instance}")
    };
    let credentials = host.path("credentials");
    fs::create_dir(&credentials).unwrap();
    let expanded = |text: &str| {
        text.replace("%d", credentials.to_str().unwrap())
            .replace("${CREDENTIALS_DIRECTORY}", credentials.to_str().unwrap())
            .replace("%S", "/var/lib")
            .replace("%i", instance)
            .replace("%N", &unit)
    };
    let lines = lines(files);
    for line in values(&lines, "SetCredential") {
        let (id, content) = line.split_once(':').unwrap();
        let content = content.replace("\\n", "\n");
        testkit::files::write_private(&credentials.join(id), content).unwrap();
    }
    for line in values(&lines, "LoadCredential") {
        let (id, path) = line.split_once(':').unwrap();
        let path = PathBuf::from(host.localized(&expanded(path)));
        assert!(path.exists() || credentials.join(id).exists(), "{line}");
        if let Ok(content) = fs::read(path) {
            testkit::files::write_private(&credentials.join(id), content).unwrap();
        }
    }
    for folder in values(&lines, "StateDirectory")
        .iter()
        .flat_map(|line| line.split(' '))
    {
        let folder = host.localized(&format!("/var/lib/{}", expanded(folder)));
        fs::create_dir_all(folder).unwrap();
    }
    let mut variables: Vec<_> = values(&lines, "Environment")
        .iter()
        .map(|line| line.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), expanded(value)))
        .collect();
    variables.retain(|(name, _)| !values(&lines, "UnsetEnvironment").contains(&name.as_str()));
    let command = values(&lines, "ExecStart")[0];
    (
        expanded(command).split(' ').map(str::to_owned).collect(),
        variables,
    )
}

fn rename(host: &Host, from: &str, to: &str) {
    if from != to {
        fs::rename(host.path(from), host.path(to)).unwrap();
    }
}

#[test]
fn each_unit_makes_a_run() {
    for (unit, instance, state) in UNITS {
        let host = Host::zitadel();
        let prefix = if instance.is_empty() {
            String::new()
        } else {
            format!("{instance}.")
        };
        let config = if instance.is_empty() { "config" } else { instance };
        rename(&host, "etc/config.yaml", &format!("etc/{config}.yaml"));
        rename(
            &host,
            "etc/service-user.json",
            &format!("etc/{prefix}service-user.json"),
        );
        let files = [format!("{FOLDER_OF_UNITS}/{unit}.service")];
        let (command, variables) = start(&host, &files, instance);
        host.makes_a_run(&command, &variables, state);
    }
}

#[test]
fn each_unit_makes_a_run_for_univention() {
    for (unit, instance, state) in UNITS {
        let host = Host::udm();
        let config = if instance.is_empty() { "config" } else { instance };
        rename(&host, "etc/config.yaml", &format!("etc/{config}.yaml"));
        rename(
            &host,
            "etc/udm-password",
            &format!("etc/{unit}{instance}.udm-password"),
        );
        let files = [format!("{unit}.service"), "udm.conf".to_owned()];
        let files = files.map(|file| format!("{FOLDER_OF_UNITS}/{file}"));
        let (command, variables) = start(&host, &files, instance);
        host.makes_a_run(&command, &variables, state);
    }
}

/// A file of a connector contains its passwords, and there is no other file.
#[test]
fn each_unit_makes_a_run_with_a_file_of_a_connector() {
    let slapd = Slapd::with_people(&[]);
    slapd.add(&Person::new("ada", "Ada", "Archer"));
    for (unit, instance, state) in UNITS {
        let host = Host::connector(&slapd);
        let config = if instance.is_empty() { "config" } else { instance };
        rename(&host, "etc/config.yaml", &format!("etc/{config}.yaml"));
        let files = [format!("{unit}.service"), "udm.conf".to_owned()];
        let files = files.map(|file| format!("{FOLDER_OF_UNITS}/{file}"));
        let (command, variables) = start(&host, &files, instance);
        host.makes_a_run(&command, &variables, state);
    }
}

#[test]
fn an_instance_differs_from_the_only_unit_in_its_names_alone() {
    let lines = |unit: &str| lines(&[format!("{FOLDER_OF_UNITS}/{unit}")]);
    let mut expected = lines("directory-sync.service");
    for (_, value) in &mut expected {
        *value = value
            .replace("/etc/directory-sync/config.yaml", "/etc/directory-sync/%i.yaml")
            .replace(
                "/etc/directory-sync/service-user",
                "/etc/directory-sync/%i.service-user",
            )
            .replace(
                "/etc/directory-sync/environment",
                "/etc/directory-sync/%i.environment",
            )
            .replace("directory-sync/undo", "directory-sync/%i.undo")
            .replace("directory-sync/report", "directory-sync/%i.report")
            .replace("directory_sync.prom", "directory_sync.%i.prom")
            .replace("from directories", "from directories (%i)");
    }
    assert_eq!(lines("directory-sync@.service"), expected);
}

#[test]
fn the_timer_starts_one_run_a_day() {
    for unit in ["directory-sync.service", "directory-sync@.service"] {
        let unit = text(&format!("{FOLDER_OF_UNITS}/{unit}"));
        for line in [
            "Type=oneshot",
            "Restart=on-failure",
            "DynamicUser=yes",
            "NoNewPrivileges=yes",
        ] {
            assert!(unit.lines().any(|own| own == line), "{line}");
        }
    }
    for timer in ["directory-sync.timer", "directory-sync@.timer"] {
        let timer = text(&format!("{FOLDER_OF_UNITS}/{timer}"));
        for line in [
            "OnCalendar=*-*-* 00:00:00",
            "Persistent=true",
            "WantedBy=timers.target",
        ] {
            assert!(timer.lines().any(|own| own == line), "{line}");
        }
    }
}

#[test]
fn only_what_may_end_differently_is_started_again() {
    for unit in ["directory-sync.service", "directory-sync@.service"] {
        let lines = lines(&[format!("{FOLDER_OF_UNITS}/{unit}")]);
        let prevented = FINAL.map(|code| code.to_string()).join(" ");
        assert_eq!(values(&lines, "RestartPreventExitStatus"), [prevented]);
        assert!(
            values(&lines, "SuccessExitStatus").is_empty(),
            "only 0 is success"
        );
    }
}

/// With the program where the units expect it: systemd checks that too.
#[test]
fn systemd_understands_the_units() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        eprintln!("NOT RUN, because systemd-analyze is not installed");
        return;
    };
    assert!(version.status.success());
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_directory-sync");
    for (name, to) in [
        ("directory-sync.service", "directory-sync.service"),
        ("directory-sync.timer", "directory-sync.timer"),
        ("directory-sync@.service", "directory-sync@staff.service"),
        ("directory-sync@.timer", "directory-sync@staff.timer"),
        ("directory-sync-run.service", "directory-sync-run.service"),
        ("directory-sync-metrics.path", "directory-sync-metrics.path"),
        ("directory-sync-metrics.service", "directory-sync-metrics.service"),
    ] {
        let unit = text(&format!("{FOLDER_OF_UNITS}/{name}"));
        let unit = unit.replace("ExecStart=directory-sync ", &format!("ExecStart={program} "));
        fs::write(folder.path().join(to), unit).unwrap();
    }
    let drop_in = folder.path().join("directory-sync.service.d");
    fs::create_dir(&drop_in).unwrap();
    fs::write(drop_in.join("udm.conf"), text("deploy/systemd/udm.conf")).unwrap();
    let units = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args(units.filter(|unit| unit.is_file()))
        .env("SYSTEMD_UNIT_PATH", format!("{}:", folder.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

/// The metrics of all instances, and nothing else, come to where they are collected.
#[test]
fn metrics_are_copied_for_the_collector() {
    let lines = lines(&[format!("{FOLDER_OF_UNITS}/directory-sync-metrics.service")]);
    let command = values(&lines, "ExecStart")[0].replace("$$", "$");
    let script = command.strip_prefix("/bin/sh -c '").unwrap().strip_suffix('\'');
    let folder = tempfile::tempdir().unwrap();
    let [state, collector] = ["state", "collector"].map(|name| folder.path().join(name));
    for folder in [&state, &collector] {
        fs::create_dir(folder).unwrap();
    }
    let copy = || {
        let output = Command::new("/bin/sh")
            .args(["-c", script.unwrap()])
            .current_dir(&state)
            .env("COLLECTOR", &collector)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let names = fs::read_dir(&collector).unwrap();
        let mut names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert!(copy().is_empty(), "no run has written metrics yet");
    for name in ["directory_sync.prom", "directory_sync.staff.prom", "undo.json"] {
        fs::write(state.join(name), name).unwrap();
    }
    let copied = ["directory_sync.prom", "directory_sync.staff.prom"];
    assert_eq!(copy(), copied);
    fs::write(state.join("directory_sync.prom"), "newer").unwrap();
    assert_eq!(copy(), copied);
    let newer = fs::read_to_string(collector.join("directory_sync.prom")).unwrap();
    assert_eq!(newer, "newer");
}
