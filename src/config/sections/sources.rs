//! `sources.*`: the kinds of sources, and the settings of CSV and UKT sources.

use std::collections::BTreeMap;

use figment::value::Value;

use super::ldap;
use crate::config::document::values;
use crate::config::error::{Mistake, suggest};
use crate::config::keys;
use crate::config::keys::{SOURCE_KINDS, SourceType};
use crate::config::layers::Layers;
use crate::config::read::{Reader, Report};
use crate::config::sections::attributes;
use crate::config::settings::{CsvSettings, SourceKind, SourceSettings, UktSettings};

/// The kind of every configured source, by name.
pub(in crate::config) fn kinds(layers: &Layers, report: &mut Report) -> BTreeMap<String, SourceType> {
    let Some(Value::Dict(_, sources)) = layers.root().get("sources") else {
        return BTreeMap::new();
    };
    let mut reader = Reader { layers, report };
    sources
        .iter()
        .filter(|(_, source)| !matches!(source, Value::Empty(..)))
        .filter_map(|(name, source)| Some((name.clone(), kind(&mut reader, name, source)?)))
        .collect()
}

fn kind(reader: &mut Reader<'_>, name: &str, source: &Value) -> Option<SourceType> {
    let path = format!("sources.{name}");
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) {
        let mistake = Mistake::new(&path, format!("`{name}` cannot be the name of a source"))
            .at(reader.layers.origin_of(&["sources", name], source.tag()))
            .hint("use letters, digits, `-` and `_`");
        reader.report.mistakes.push(mistake);
        return None;
    }
    if !matches!(source, Value::Dict(..)) {
        let hint = "to leave out a source, remove its section or all its values";
        return reader.refuse(&path, format!("`{path}` must be a table of keys"), Some(hint));
    }
    let implied = known_kind(name);
    let kind_path = format!("{path}.kind");
    match (reader.text(&kind_path), implied) {
        (None, Some(implied)) => Some(implied),
        (None, None) => {
            without_kind(reader, name);
            None
        }
        (Some(given), implied) => given_kind(reader, name, &given, implied),
    }
}

fn known_kind(text: &str) -> Option<SourceType> {
    SourceType::ALL
        .into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(text.trim()))
}

fn without_kind(reader: &mut Reader<'_>, name: &str) {
    let hint = match suggest(name, SOURCE_KINDS.iter().copied()) {
        Some(meant) => format!("did you mean `sources.{meant}`? Otherwise add `kind: {meant}`"),
        None => "add `kind: ldap`, `kind: csv` or `kind: ukt`".into(),
    };
    let what =
        format!("`sources.{name}.kind` is missing: only the names `ldap`, `csv` and `ukt` imply a kind");
    reader.wrong(&format!("sources.{name}"), what, Some(&hint));
}

fn given_kind(
    reader: &mut Reader<'_>,
    name: &str,
    given: &str,
    implied: Option<SourceType>,
) -> Option<SourceType> {
    let path = format!("sources.{name}.kind");
    let known = known_kind(given);
    match (known, implied) {
        (Some(known), Some(implied)) if implied != known => {
            let (known, implied) = (known.name(), implied.name());
            let what =
                format!("`{path}` is `{known}`, but the name `{name}` is reserved for kind `{implied}`");
            reader.refuse(&path, what, Some("give the source another name"))
        }
        (Some(known), _) => Some(known),
        (None, _) => {
            let what = format!("`{path}` must be {}, not `{given}`", keys::one_of(SOURCE_KINDS));
            let hint =
                suggest(given, SOURCE_KINDS.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
            reader.refuse(&path, what, hint.as_deref())
        }
    }
}

/// Reads all sources, sorted by name; at least one.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Vec<SourceSettings> {
    let layers = reader.layers;
    if none_configured(layers) {
        let mistake = Mistake::new("sources", "no source is configured").hint(
            "add `sources.ldap`, `sources.csv` or `sources.ukt`; `config.sample.yaml` shows their keys",
        );
        reader.report.mistakes.push(mistake);
    }
    let mut sources = Vec::new();
    for (name, kind) in layers.kinds() {
        let path = format!("sources.{name}");
        let kind = match kind {
            SourceType::Ldap => ldap::read(reader, &path).map(|ldap| SourceKind::Ldap(Box::new(ldap))),
            SourceType::Csv => csv(reader, &path).map(SourceKind::Csv),
            SourceType::Ukt => ukt(reader, &path).map(|ukt| SourceKind::Ukt(Box::new(ukt))),
        };
        sources.extend(kind.map(|kind| SourceSettings {
            name: name.as_str().into(),
            kind,
        }));
    }
    super::udm::refuse_mixed_ids(reader, &sources);
    sources
}

fn none_configured(layers: &Layers) -> bool {
    match layers.root().get("sources") {
        None | Some(Value::Empty(..)) => true,
        Some(Value::Dict(_, sources)) => sources.values().all(|source| matches!(source, Value::Empty(..))),
        // Already reported.
        Some(_) => false,
    }
}

/// Whether the file exists is checked by the source, because it may appear between two runs.
fn csv(reader: &mut Reader<'_>, source: &str) -> Option<CsvSettings> {
    Some(CsvSettings {
        file_path: reader.required_path(&format!("{source}.file_path"))?,
        id_column: attributes::id_column(reader.layers).map(str::to_owned),
        further_columns: attributes::configured(reader.layers)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        list_separator: list_separator(reader, &format!("{source}.list_separator")),
    })
}

/// The separator of values in one cell.
fn list_separator(reader: &mut Reader<'_>, path: &str) -> Option<String> {
    let separator = reader.filled(path)?;
    let is_of_the_file = separator.contains([',', '"', '\n', '\r']);
    if is_of_the_file {
        let what = format!(
            "`{path}` must not contain a comma, a quote or a line break, which have a meaning in the file format"
        );
        return reader.refuse(path, what, Some("use another character, such as `|` or `;`"));
    }
    Some(separator)
}

fn ukt(reader: &mut Reader<'_>, source: &str) -> Option<UktSettings> {
    let key = |name: &str| format!("{source}.{name}");
    let address = |reader: &mut Reader<'_>, name: &str, secret: &str| {
        let path = key(name);
        let text = reader.required(&path)?;
        let url = reader.url(&path, &text, &["http", "https"])?;
        reader.warn_of_clear_text(&path, &url, secret, "use an `https://` address");
        Some(url)
    };
    let endpoint_url = address(reader, "endpoint_url", "the access token");
    let oauth2_url = address(reader, "oauth2_url", "`client_secret`");
    let client_id = reader.given(&key("client_id"));
    let client_secret = reader.required_secret(&key("client_secret"), None);
    let scope = reader.given(&key("scope"));
    let grant_type = reader.given(&key("grant_type"));
    let timeout = reader.duration(&key("timeout"));
    let deadline = reader.limit(&key("deadline"), values::duration);
    Some(UktSettings {
        endpoint_url: endpoint_url?,
        oauth2_url: oauth2_url?,
        client_id: client_id?,
        client_secret: client_secret?,
        scope: scope?,
        grant_type: grant_type?,
        timeout: timeout?,
        deadline,
    })
}
