//! Tests of layers, with the files of a folder.

use proptest::prelude::*;

use super::*;

/// A minimal complete configuration without files.
const SHORT: &str = "zitadel: {url: https://a.example, token: x, organization_id: 1, project_id: 2}
sources: {csv: {file_path: users.csv}}
";

fn load_from(directory: &Path, variables: &[(&str, &str)]) -> Result<Settings, ConfigErrors> {
    let environment = variables.iter().copied().collect();
    load_with_layers(&LoadRequest::default(), &environment, directory).map(|(settings, _)| settings)
}

#[test]
fn the_file_in_the_working_directory_is_read_if_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        load_from(folder.path(), &[]).unwrap_err().to_string(),
        "error: there is no configuration: `config.yaml` does not exist here, and no variable sets a key\n\
             hint: name a file with `--config FILE` or the variable DIRECTORY_SYNC_CONFIG, or set each key with a variable such as DIRECTORY_SYNC__ZITADEL__URL"
    );
    let variables = [
        ("DIRECTORY_SYNC__ZITADEL__URL", "https://a.example"),
        ("DIRECTORY_SYNC__ZITADEL__TOKEN", "x"),
        ("DIRECTORY_SYNC__ZITADEL__ORGANIZATION_ID", "1"),
        ("DIRECTORY_SYNC__ZITADEL__PROJECT_ID", "2"),
        ("DIRECTORY_SYNC__SOURCES__CSV__FILE_PATH", "users.csv"),
    ];
    assert_eq!(load_from(folder.path(), &variables).unwrap().sources.len(), 1);
    std::fs::write(folder.path().join("config.yaml"), SHORT).unwrap();
    assert_eq!(load_from(folder.path(), &[]).unwrap().sources.len(), 1);
}

#[test]
fn an_empty_file_is_an_empty_table() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.yaml"), "# nothing yet\n").unwrap();
    let errors = load_from(folder.path(), &[]).unwrap_err();
    let missing: Vec<_> = errors
        .mistakes
        .iter()
        .map(|mistake| mistake.what.as_str())
        .collect();
    assert_eq!(
        missing,
        [
            "`zitadel.url` is missing",
            "`zitadel.key_file` is missing",
            "`zitadel.organization_id` is missing",
            "`zitadel.project_id` is missing",
            "no source is configured",
        ]
    );
}

fn layers_of(text: &str) -> Option<layers::file::File> {
    let content = document::yaml::parse(text).ok()?;
    matches!(content, document::yaml::Node::Table(_)).then(|| layers::file::File {
        names: dialects::Names::default(),
        dialect: dialects::Dialect::Own,
        path: "config.yaml".into(),
        text: text.to_owned(),
        content,
    })
}

/// Reads a text as a whole configuration, whether it is one or not.
fn try_all(text: &str, variables: &[(String, String)]) {
    let found = environment::read(&variables.iter().map(|(name, value)| (name, value)).collect());
    let mut report = Report::default();
    let layers = Layers::new(layers_of(text), &found.variables, &[], &mut report.mistakes);
    let kinds = sections::sources::kinds(&layers, &mut report);
    let layers = layers.with_sources(kinds);
    unknown::report_unknown(&layers, &mut report);
    let settings = settings(&layers, &mut report, Needs::Everything);
    // A part that was not understood has reported it.
    assert!(settings.is_some() || !report.mistakes.is_empty());
}

proptest! {
    #[test]
    fn any_value_under_any_key_is_survived(
        key in prop::sample::select(keys::KEYS.iter().map(|key| key.path).collect::<Vec<_>>()),
        value in prop_oneof!["\\PC{0,10}", "[\\[{][-a-z0-9:, ]{0,10}[\\]}]", "-?[0-9.]{1,12}(%|s|e5)?"],
    ) {
        let levels = key.split('.').enumerate();
        let nested = levels.fold(String::new(), |text, (depth, level)| {
            text + "\n" + &" ".repeat(depth) + level + ":"
        });
        try_all(&format!("{}{nested} {value}\n", SHORT.replace("zitadel:", "famedly:")), &[]);
        let name = format!("FAMEDLY_SYNC__{}", key.replace('.', "__"));
        try_all(SHORT, &[(name, value)]);
    }

    #[test]
    fn any_environment_is_survived(
        variables in prop::collection::vec(("(FAMEDLY|directory)_sync__[a-z_.]{0,20}", "\\PC{0,10}"), 0..4),
    ) {
        try_all(SHORT, &variables);
    }
}
