//! `auth`: whether one person can sign in at a directory, and which step fails.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use secrecy::SecretString;

use super::check;
use crate::config::{SourceKind, SourceSettings};
use crate::exit::Exit;
use crate::model::Diagnosis;
use crate::report::{self};
use crate::run::planning::desired;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{LdapSource, NotFound, SourceError};

/// No one types a longer password.
const LONGEST: u64 = 64 * 1024;

pub(in crate::run) async fn auth(
    name: &str,
    source: Option<&str>,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let source = match directory(source, request).and_then(|source| build(source, request)) {
        Ok(source) => source,
        Err((what, hint)) => {
            process
                .messages(request.global.log_format)
                .error(&what, hint.as_deref())?;
            return Ok(Exit::Usage);
        }
    };
    let found = match source.find_person(name).await {
        Ok((found, steps)) => {
            print(&steps, request, process)?;
            found
        }
        Err(NotFound { steps, is_answer }) => {
            print(&steps, request, process)?;
            return Ok(if is_answer {
                Exit::Incomplete
            } else {
                Exit::Unreadable
            });
        }
    };
    let password = match password() {
        Ok(password) => password,
        Err(error) => {
            let what = format!("the password could not be read: {error}");
            process.messages(request.global.log_format).error(&what, None)?;
            return Ok(Exit::Usage);
        }
    };
    let tried = source.try_password(&found, &password).await;
    let is_accepted = tried.result.is_ok();
    print(&[tried], request, process)?;
    Ok(if is_accepted { Exit::Ok } else { Exit::Incomplete })
}

/// Prints the steps before the password is typed, so that the person sees whose it is.
fn print(steps: &[Diagnosis], request: Request<'_>, process: &mut Process<'_>) -> io::Result<()> {
    if request.is_json() {
        check::write_json(process, steps)?;
    } else {
        report::steps(process.out, steps)?;
    }
    process.out.flush()
}

type Mistake = (String, Option<String>);

/// The directory to use.
fn directory<'a>(wanted: Option<&str>, request: Request<'a>) -> Result<&'a SourceSettings, Mistake> {
    let is_directory = |source: &&SourceSettings| matches!(source.kind, SourceKind::Ldap(_));
    let all: Vec<&SourceSettings> = request.settings.sources.iter().filter(is_directory).collect();
    let names: Vec<&str> = all.iter().map(|source| &*source.name).collect();
    let names = format!("`{}`", names.join("`, `"));
    match (wanted, &all[..]) {
        (_, []) => Err((
            "no source is a directory for signing in".to_owned(),
            Some("add a source of kind `ldap`".to_owned()),
        )),
        (None, [only]) => Ok(only),
        (None, _) => Err((
            format!("several sources are directories: {names}"),
            Some("say which one with `--source NAME`".to_owned()),
        )),
        (Some(wanted), all) => {
            let found = all.iter().find(|source| *source.name == *wanted);
            found.copied().ok_or_else(|| {
                let what = format!("`--source {wanted}`: there is no such directory among the sources");
                (what, Some(format!("there are {names}")))
            })
        }
    }
}

fn build(source: &SourceSettings, request: Request<'_>) -> Result<LdapSource, Mistake> {
    let SourceKind::Ldap(settings) = &source.kind else {
        return Err((format!("source `{}` is no directory", source.name), None));
    };
    let roles = desired::roles(request.settings);
    LdapSource::new(&source.name, settings, &request.catalog(), &roles)
        .map_err(|error: SourceError| (error.to_string(), error.hint))
}

/// Asks on the terminal without echo; otherwise reads the first line of stdin.
fn password() -> io::Result<SecretString> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").map(SecretString::from);
    }
    let mut line = String::new();
    io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let password = line.strip_suffix('\r').unwrap_or(line);
    Ok(SecretString::from(password))
}
