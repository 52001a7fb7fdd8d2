//! `sources.NAME.transform`: how records are changed before they are mapped.

use figment::value::Value;

use super::unknown_rule::{FOREIGN, LIKE, MODULES, RULES, unknown_rule};
use crate::config::error::Mistake;
use crate::config::keys;
use crate::config::read::Reader;
use crate::transform::{Codec, Format, Function, Pattern, Replacements, Transformation, key};

/// Reads the rules; `None` if there are none, or after a mistake.
pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Option<Transformation> {
    if reader.absent(path) {
        return None;
    }
    let layers = reader.layers;
    let Some(Value::Dict(_, given)) = layers.value(path) else {
        return reader.refuse(path, format!("`{path}` must be a table of rules"), Some(LIKE));
    };
    for name in given.keys().filter(|name| !RULES.contains(&name.as_str())) {
        unknown_rule(reader, path, name);
    }
    let mut rules = Rules { reader, path };
    Some(Transformation {
        decompose: rules.table("decompose", Rules::patterns),
        recode: rules.table("recode", Rules::codec),
        remove_values: rules.table("remove_values", Rules::values),
        replace_values: rules.table("replace_values", Rules::replacements),
        sanitize: rules.table("sanitize", Rules::functions),
        rename: rules.table("rename", Rules::name),
        fallback: rules.table("fallback", Rules::values),
        fixed: rules.table("fixed", Rules::values),
        remove: rules.names("remove"),
        compose: rules.table("compose", Rules::formats),
    })
}

struct Rules<'a, 'r> {
    reader: &'a mut Reader<'r>,
    path: &'a str,
}

/// A value and its path.
#[derive(Clone)]
struct Setting<'v> {
    levels: Vec<String>,
    value: &'v Value,
}

impl<'v> Setting<'v> {
    /// For messages.
    fn path(&self) -> String {
        self.levels.join(".")
    }

    fn below(&self, name: &str, value: &'v Value) -> Self {
        let levels = self.levels.iter().cloned().chain([name.to_owned()]);
        Self {
            levels: levels.collect(),
            value,
        }
    }
}

impl<'r> Rules<'_, 'r> {
    fn setting(&self, rule: &str) -> Option<Setting<'r>> {
        let path = format!("{}.{rule}", self.path);
        let value = self.reader.layers.value(&path)?;
        let levels = path.split('.').map(str::to_owned).collect();
        (!matches!(value, Value::Empty(..))).then_some(Setting { levels, value })
    }

    /// The values of a rule for each attribute, in the order of the file.
    fn table<T>(
        &mut self,
        rule: &str,
        read: impl Fn(&mut Self, &Setting<'r>) -> Option<T>,
    ) -> Vec<(String, T)> {
        let Some(setting) = self.setting(rule) else {
            return Vec::new();
        };
        let mut all: Vec<(String, T)> = Vec::new();
        for (name, setting) in self.pairs(&setting) {
            let attribute = key(name);
            if all.iter().any(|(known, _)| *known == attribute) {
                let what = format!("`{}` is given more than once", setting.path());
                self.wrong(
                    &setting,
                    what,
                    "keep one of them; letter case makes no difference",
                );
                continue;
            }
            all.extend(read(self, &setting).map(|what| (attribute, what)));
        }
        all
    }

    /// Names and values of a table; empty after a mistake.
    fn pairs(&mut self, setting: &Setting<'r>) -> Vec<(&'r str, Setting<'r>)> {
        let pair = |element: &'r Value| {
            let table = element.as_dict()?;
            let name = table.get("name")?.as_str()?;
            Some((name, setting.below(name, table.get("value")?)))
        };
        let pairs = setting.value.as_array().map(|all| all.iter().map(pair).collect());
        let Some(Some(pairs)) = pairs else {
            let what = format!("`{}` must be a table in the configuration file", setting.path());
            self.wrong(
                setting,
                what,
                "write each attribute on its own line, indented below",
            );
            return Vec::new();
        };
        pairs
    }

    /// One text or a list of texts.
    fn texts(&mut self, setting: &Setting<'r>) -> Vec<(&'r str, Setting<'r>)> {
        let elements: Vec<(&'r str, Setting<'r>)> = match setting.value {
            Value::String(_, text) => vec![(text.as_str(), setting.clone())],
            Value::Array(_, elements) => {
                let each = elements.iter().enumerate();
                each.filter_map(|(index, element)| {
                    Some((element.as_str()?, setting.below(&index.to_string(), element)))
                })
                .collect()
            }
            _ => Vec::new(),
        };
        let count = setting.value.as_array().map_or(1, <[Value]>::len);
        if elements.len() < count || count == 0 {
            let what = format!("`{}` must be a text or a list of texts", setting.path());
            self.wrong(setting, what, "write each text on its own line, after `- `");
            return Vec::new();
        }
        elements
    }

    fn text(&mut self, setting: &Setting<'r>) -> Option<&'r str> {
        let text = setting.value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(
                setting,
                format!("`{}` must be a text", setting.path()),
                "write it after the colon",
            );
        }
        text
    }

    fn names(&mut self, rule: &str) -> Vec<String> {
        let Some(setting) = self.setting(rule) else {
            return Vec::new();
        };
        self.texts(&setting)
            .into_iter()
            .map(|(name, _)| key(name))
            .collect()
    }

    fn name(&mut self, setting: &Setting<'r>) -> Option<String> {
        self.text(setting).map(key)
    }

    fn values(&mut self, setting: &Setting<'r>) -> Option<Vec<Vec<u8>>> {
        let texts = self.texts(setting);
        let values = texts.iter().map(|(text, _)| text.as_bytes().to_vec());
        (!texts.is_empty()).then(|| values.collect())
    }

    fn replacements(&mut self, setting: &Setting<'r>) -> Option<Replacements> {
        let pairs = self.pairs(setting).into_iter();
        let each = pairs.map(|(old, setting)| {
            let new = setting.value.as_str();
            if new.is_none() {
                let what = format!("`{}` must be a text", setting.path());
                self.wrong(&setting, what, "write the new value after the colon");
            }
            Some((old.into(), new?.into()))
        });
        each.collect()
    }

    fn codec(&mut self, setting: &Setting<'r>) -> Option<Codec> {
        let name = self.text(setting)?;
        let codec = Codec::named(name);
        if codec.is_none() {
            let what = format!("`{}`: `{name}` is not a known encoding", setting.path());
            self.wrong(
                setting,
                what,
                "use a name such as `latin-1`, `iso-8859-15`, `cp1252`, `cp850` or `utf-8`",
            );
        }
        codec
    }

    fn patterns(&mut self, setting: &Setting<'r>) -> Option<Vec<Pattern>> {
        self.each(
            setting,
            Pattern::parse,
            "a regular expression",
            "correct the expression",
        )
    }

    fn formats(&mut self, setting: &Setting<'r>) -> Option<Vec<Format>> {
        self.each(
            setting,
            Format::parse,
            "a template",
            "it should look like `{givenName} {sn}`",
        )
    }

    fn functions(&mut self, setting: &Setting<'r>) -> Option<Vec<Function>> {
        let hint = format!("use {}", keys::one_of(&FOREIGN.map(|(_, name)| name)));
        let named =
            |name: &str| function(name).ok_or_else(|| "it is not in the list of functions".to_owned());
        self.each(setting, named, "a known function", &hint)
    }

    /// Each text, parsed with `parse`.
    fn each<T>(
        &mut self,
        setting: &Setting<'r>,
        parse: impl Fn(&str) -> Result<T, String>,
        wanted: &str,
        hint: &str,
    ) -> Option<Vec<T>> {
        let (mut all, mut is_right) = (Vec::new(), true);
        for (text, at) in self.texts(setting) {
            match parse(text) {
                Ok(one) => all.extend([one]),
                Err(why) => {
                    let what = format!("`{}`: `{text}` is not {wanted}: {why}", setting.path());
                    self.wrong(&at, what, hint);
                    is_right = false;
                }
            }
        }
        is_right.then_some(all)
    }

    fn wrong(&mut self, setting: &Setting<'_>, what: String, hint: &str) {
        let levels: Vec<String> = setting.levels.iter().map(|level| level.to_lowercase()).collect();
        let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
        let origin = self.reader.layers.origin_of(&levels, setting.value.tag());
        let mistake = Mistake::new(setting.path(), what).at(origin).hint(hint);
        self.reader.report.mistakes.push(mistake);
    }
}

/// The function with a name of ours or of the connectors.
fn function(name: &str) -> Option<Function> {
    let is_it = |known: &str| match known.strip_prefix('*') {
        Some(known) => MODULES
            .iter()
            .any(|module| name.strip_prefix(module) == Some(known)),
        None => known == name,
    };
    let foreign = FOREIGN.iter().find(|(known, _)| is_it(known));
    Function::named(foreign.map_or(name, |(_, name)| *name))
}
