//! Finds and reads the file.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::dialects::{self, Dialect, Names};
use crate::config::document::line;
use crate::config::document::yaml::{self, Node};
use crate::config::environment::Environment;
use crate::config::error::{Mistake, Origin};
use crate::config::keys::aliases;
use crate::config::request::LoadRequest;

/// Variables with the path of the file, in order of precedence.
const PATH_VARIABLES: [&str; 5] = [
    "DIRECTORY_SYNC_CONFIG",
    "FAMEDLY_LDAP_SYNC_CONFIG",
    "FAMEDLY_SYNC_CONFIG",
    "AD_CONNECT_CONFIG",
    "AD2UCS_CFG",
];

/// Variables that count as absent if they are empty.
const MAY_BE_EMPTY: [&str; 2] = ["AD_CONNECT_CONFIG", "AD2UCS_CFG"];

const DEFAULT_PATH: &str = "config.yaml";

pub(in crate::config) struct File {
    pub(in crate::config) path: PathBuf,
    pub(in crate::config) text: String,
    pub(in crate::config) content: Node,
    /// Its names for our keys.
    pub(in crate::config) names: Names,
    pub(in crate::config) dialect: Dialect,
}

impl File {
    fn new(path: PathBuf, text: String, content: Node) -> Self {
        Self {
            path,
            text,
            content,
            names: Names::default(),
            dialect: Dialect::Own,
        }
    }

    /// Converts the file of another tool to our tree.
    pub(in crate::config) fn translated(self, notes: &mut Vec<String>, mistakes: &mut Vec<Mistake>) -> Self {
        let dialect = dialects::recognize(&self.content);
        let Some(translated) = dialects::translate(dialect, &self.text, &self.content) else {
            return self;
        };
        notes.extend(translated.notes);
        for fault in translated.faults {
            let levels: Vec<&str> = fault.path.iter().map(String::as_str).collect();
            let position = self.line(&levels, fault.skip);
            let mut mistake = Mistake::new(fault.path.join("."), fault.what).at(self.at(position));
            mistake.hint = fault.hint;
            mistakes.push(mistake);
        }
        Self {
            content: translated.content,
            names: translated.names,
            dialect,
            ..self
        }
    }

    /// Location of the value at our path, after the first `skip` occurrences.
    pub(in crate::config) fn origin(&self, levels: &[&str], skip: usize) -> Origin {
        let foreign = self.names.of(&levels.join("."));
        let line = match &foreign {
            Some(path) => self.line(&path.split('.').collect::<Vec<_>>(), skip),
            None => aliases::spellings(levels)
                .iter()
                .find_map(|levels| self.line(levels, skip)),
        };
        self.at(line)
    }

    fn line(&self, levels: &[&str], skip: usize) -> Option<usize> {
        let levels: Vec<String> = levels.iter().map(|level| level.to_lowercase()).collect();
        let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
        line::find(&self.text, &levels, skip)
    }

    fn at(&self, line: Option<usize>) -> Origin {
        Origin::File {
            path: self.path.clone(),
            position: line.map(|line| (line, None)),
        }
    }
}

/// Which file to read.
#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// It must exist. It was given by this option or variable.
    Named(PathBuf, Origin),
    /// It may be absent.
    Default(PathBuf),
    /// A variable says that there is no file.
    None,
}

/// Finds and reads the file, if there is one. `directory` may contain the default file.
pub(in crate::config) fn read(
    request: &LoadRequest,
    environment: &Environment,
    directory: &Path,
    notes: &mut Vec<String>,
) -> Result<Option<File>, Mistake> {
    match choose(request, environment, directory, notes) {
        Choice::Named(path, origin) => {
            let path = existing(path, &origin, notes)?;
            open(path).map(Some)
        }
        Choice::Default(path) if path.try_exists().is_ok_and(|exists| !exists) => {
            if request.is_connector {
                return Err(no_file_of_a_connector());
            }
            Ok(None)
        }
        Choice::Default(path) => open(path).map(Some),
        Choice::None => Ok(None),
    }
}

/// The mistake of a run with neither a file nor a variable.
pub(in crate::config) fn nothing_given() -> Mistake {
    Mistake::new(
        "",
        format!("there is no configuration: `{DEFAULT_PATH}` does not exist here, and no variable sets a key"),
    )
    .hint(
        "name a file with `--config FILE` or the variable DIRECTORY_SYNC_CONFIG, or set each key with a variable \
         such as DIRECTORY_SYNC__ZITADEL__URL",
    )
}

/// The mistake of a connector of Univention without a file.
fn no_file_of_a_connector() -> Mistake {
    Mistake::new("", "the configuration file is missing")
        .hint("name it as the argument, or with the variable CONFIG_FILENAME or AD2UCS_CFG")
}

fn choose(
    request: &LoadRequest,
    environment: &Environment,
    directory: &Path,
    notes: &mut Vec<String>,
) -> Choice {
    if let Some(path) = &request.config {
        return Choice::Named(path.clone(), Origin::Flag("--config".into()));
    }
    let mut named = PATH_VARIABLES
        .iter()
        .filter_map(|name| environment.var(name).map(|path| (*name, path)))
        .filter(|(name, path)| !(path.is_empty() && MAY_BE_EMPTY.contains(name)));
    let Some((winner, path)) = named.next() else {
        return Choice::Default(directory.join(DEFAULT_PATH));
    };
    for (other, _) in named.filter(|(_, other)| *other != path) {
        notes.push(format!(
            "the variables {winner} and {other} name different files; {winner} counts"
        ));
    }
    if path.is_empty() {
        // famedly-sync then used only the environment.
        notes.push(format!("the variable {winner} is empty, so no file is read"));
        return Choice::None;
    }
    Choice::Named(path.into(), Origin::Variable(winner.into()))
}

/// The given file, or the one with a known extension appended, as in famedly-sync.
fn existing(path: PathBuf, origin: &Origin, notes: &mut Vec<String>) -> Result<PathBuf, Mistake> {
    if path.try_exists().unwrap_or(true) {
        return Ok(path);
    }
    for extension in ["yaml", "yml", "json"] {
        let mut name = path.clone().into_os_string();
        name.push(".");
        name.push(extension);
        let longer = PathBuf::from(name);
        if longer.is_file() {
            notes.push(format!(
                "`{}` does not exist; `{}` is read instead",
                path.display(),
                longer.display()
            ));
            return Ok(longer);
        }
    }
    Err(of_file(&path, "does not exist")
        .at(origin.clone())
        .hint("correct the path; a relative one starts at the working directory"))
}

/// A mistake in the file as a whole.
fn of_file(path: &Path, what: &str) -> Mistake {
    Mistake::new("", format!("the configuration file `{}` {what}", path.display()))
}

fn open(path: PathBuf) -> Result<File, Mistake> {
    refuse_other_formats(&path)?;
    let bytes = std::fs::read(&path).map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::IsADirectory => "it is a directory".into(),
            ErrorKind::PermissionDenied => "permission denied".into(),
            _ => error.to_string(),
        };
        of_file(&path, &format!("cannot be read: {reason}"))
    })?;
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&path, &error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let content = yaml::parse(&text).map_err(|error| not_yaml(&path, &error))?;
    match content {
        Node::Table(_) => Ok(File::new(path, text, content)),
        // Only comments. The environment may contain the settings.
        Node::Null => Ok(File::new(path, text, Node::Table(Vec::new()))),
        Node::Text(_) | Node::List(_) | Node::Tagged => Err(of_file(&path, "is not a table of keys")
            .hint("it should look like `zitadel:` and, below and indented, `url: https://auth.example.org`")),
    }
}

/// Any other extension is read as YAML, which includes JSON.
fn refuse_other_formats(path: &Path) -> Result<(), Mistake> {
    let extension = path
        .extension()
        .and_then(OsStr::to_str)
        .map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("toml" | "ini" | "ron" | "json5") => {
            Err(of_file(path, "has another format; only YAML and JSON are read")
                .hint("write the same keys as YAML; `config.sample.yaml` shows all of them"))
        }
        _ => Ok(()),
    }
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Mistake {
    let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = valid.split(|byte| *byte == b'\n').count();
    of_file(path, "is not valid UTF-8")
        .at(position(path, line, None))
        .hint("save it as UTF-8")
}

/// Reports the error and its location without the text, because the line may contain a password.
fn not_yaml(path: &Path, error: &serde_yaml::Error) -> Mistake {
    let full = error.to_string();
    let (problem, hint) = if full.contains("more than one document") {
        (
            "it contains more than one document",
            Some("remove the line `---` and the other documents"),
        )
    } else if full.contains("invalid type: ") || full.contains("invalid value: ") {
        // serde's message would quote the value.
        ("a key or a value with a tag does not have the right type", None)
    } else {
        let end = full.find(" at line ").unwrap_or(full.len());
        let problem = &full[..end];
        // Too deep nesting and too many aliases are not a matter of quotes.
        let hint = (!problem.contains("limit exceeded")).then_some(
            "values with `: `, ` #`, or a leading `*`, `&`, `!`, `%`, `@`, `{` or `[` need quotes",
        );
        (problem, hint)
    };
    let mistake = of_file(path, &format!("is not valid YAML: {problem}")).at(error
        .location()
        .map(|location| position(path, location.line(), Some(location.column()))));
    match hint {
        Some(hint) => mistake.hint(hint),
        None => mistake,
    }
}

fn position(path: &Path, line: usize, column: Option<usize>) -> Origin {
    Origin::File {
        path: path.to_owned(),
        position: Some((line, column)),
    }
}
