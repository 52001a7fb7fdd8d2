//! `sources.NAME.authentication`: how a person is found by the name that is used to sign in.

use crate::config::read::Reader;
use crate::config::settings::LdapAuthentication;
use crate::config::syntax::filter;

/// Placeholder of the name.
const NAME: &str = "%s";

/// Reads the section; `None` after a mistake.
pub(super) fn read(reader: &mut Reader<'_>, section: &str) -> Option<LdapAuthentication> {
    let before = reader.report.mistakes.len();
    let attribute = reader.filled(&format!("{section}.username_attribute"));
    let template = template(reader, &format!("{section}.username_filter_template"));
    let timeout = reader.duration(&format!("{section}.timeout"));
    (reader.report.mistakes.len() == before).then(|| LdapAuthentication {
        attribute: attribute.map(|name| name.trim().to_owned()),
        template,
        timeout,
    })
}

fn template(reader: &mut Reader<'_>, path: &str) -> Option<String> {
    let template = filter::tidy(&reader.filled(path)?);
    let problem = match template.matches(NAME).count() {
        1 => filter::check_syntax(&template.replace(NAME, "name")).err(),
        0 => Some("`%s`, the placeholder for the name, is missing".to_owned()),
        count => Some(format!(
            "`%s` appears in it {count} times, but only once is allowed"
        )),
    };
    let Some(problem) = problem else {
        return Some(template);
    };
    let what = format!("`{path}` is not a filter with one `%s`: {problem}");
    reader.refuse(
        path,
        what,
        Some("it should look like `(&(objectClass=person)(mail=%s))`"),
    )
}
