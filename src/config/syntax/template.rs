//! Templates over attributes, such as `{{ givenName | first | lower }}.{{ sn | lower }}`. Pure.

use std::fmt;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, filters};

/// A template with valid syntax and known filters.
#[derive(Clone)]
pub struct Template {
    text: String,
    /// As in the template, and as in the directory.
    names: Vec<(String, String)>,
    environment: Arc<Environment<'static>>,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.text).finish()
    }
}

const NAME: &str = "template";

impl Template {
    /// Checks the syntax and the filters.
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut environment = environment();
        let problem = |error: &minijinja::Error| match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        environment
            .add_template_owned(NAME, text.to_owned())
            .map_err(|error| problem(&error))?;
        let used = environment
            .get_template(NAME)
            .map_err(|error| problem(&error))?
            .undeclared_variables(false);
        // Attribute names contain no underscores, and a hyphen in a template means minus.
        let mut names: Vec<_> = used
            .into_iter()
            .map(|name| (name.clone(), name.replace('_', "-")))
            .collect();
        names.sort();
        let template = Self {
            text: text.to_owned(),
            names,
            environment: Arc::new(environment),
        };
        match template.trial() {
            Err(error) if is_mistake(&error) => Err(problem(&error)),
            _ => Ok(template),
        }
    }

    /// The needed attributes, as in the directory.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(_, name)| name.as_str())
    }

    /// Renders the template with the values that `value` returns.
    ///
    /// # Errors
    /// Missing attributes, or a failed operation, without any value.
    pub fn render<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Result<String, String> {
        let known =
            |(name, attribute): &(String, String)| Some((name.clone(), Value::from(value(attribute)?)));
        let values: Vec<(String, Value)> = self.names.iter().filter_map(known).collect();
        self.fill(values).map_err(|error| {
            let missing = self.names().filter(|name| value(name).is_none());
            let missing: Vec<String> = missing.map(|name| format!("`{name}`")).collect();
            if missing.is_empty() {
                format!("the template cannot be filled in: {}", error.kind())
            } else {
                format!("the template needs {}, which has no value", missing.join(", "))
            }
        })
    }

    fn trial(&self) -> Result<String, minijinja::Error> {
        self.fill(
            self.names
                .iter()
                .map(|(name, _)| (name.clone(), Value::from("x")))
                .collect(),
        )
    }

    fn fill(&self, values: Vec<(String, Value)>) -> Result<String, minijinja::Error> {
        let values = Value::from_pairs(values);
        self.environment.get_template(NAME)?.render(values)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("split", filters::split);
    environment.add_filter("first", filters::first);
    environment.add_filter("default", filters::default);
    environment
}

/// Returns whether the template is wrong for all values.
fn is_mistake(error: &minijinja::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownMethod
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
            | ErrorKind::TemplateNotFound
            | ErrorKind::SyntaxError
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str) -> Result<String, String> {
        Template::parse(template)?.render(|name| match name.to_ascii_lowercase().as_str() {
            "givenname" => Some("Ada"),
            "sn" => Some(" Lovelace "),
            "mail" => Some("ada@example.org"),
            "msds-x" => Some("7"),
            _ => None,
        })
    }

    #[test]
    fn the_filters_do_what_they_say() {
        for (template, expected) in [
            ("{{ givenName | lower }}", "ada"),
            ("{{ givenName | upper }}", "ADA"),
            ("{{ sn | trim }}, {{ givenName }}", "Lovelace, Ada"),
            ("{{ mail | replace('@', '#') }}", "ada#example.org"),
            ("{{ mail | split('@') | first }}", "ada"),
            ("{{ (mail | split('@'))[1] }}", "example.org"),
            (
                "{{ givenName | first | lower }}.{{ SN | trim | lower }}",
                "a.lovelace",
            ),
            ("{{ initials | default('-') }}", "-"),
            ("{{ msDS_x }}", "7"),
            ("no attribute", "no attribute"),
        ] {
            assert_eq!(render(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn a_missing_attribute_is_an_error_without_values() {
        let missing = render("{{ givenName }} {{ initials }}").unwrap_err();
        assert_eq!(missing, "the template needs `initials`, which has no value");
        let index = render("{{ (mail | split('@'))[7] }}").unwrap_err();
        assert!(!index.contains("ada"), "{index}");
    }

    #[test]
    fn mistakes_are_found_before_there_is_an_entry() {
        for (template, problem) in [
            ("{{ sn", "syntax error"),
            ("{{ sn | lowr }}", "unknown filter"),
            ("{{ sn | title }}", "unknown filter"),
            ("{% include 'x' %}", "syntax error"),
            ("{{ sn | replace }}", "missing argument"),
        ] {
            let fault = Template::parse(template).unwrap_err();
            assert!(fault.contains(problem), "{template}: {fault}");
        }
    }
}
