//! The UKT endpoint: a list of the addresses of people who have left.
//!
//! A token is requested with the client's credentials, then the list of today (UTC). The list only contains leavers,
//! so it proves no absence. On most days it is empty.

mod ask;
mod failure;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use self::ask::{Line, host, object, shown_address};
use self::failure::Failure;
use super::merge::Collected;
use super::{Record, Source, SourceError};
use crate::config::UktSettings;
use crate::http::Backoff;
use crate::model::counted;
use crate::model::{Diagnosis, Leaver, RecordRef, Rejected, TypeId, address_in, cleaned};

#[derive(Debug)]
pub struct UktSource {
    name: Arc<str>,
    settings: UktSettings,
    line: Line,
}

/// The used part of a token answer. Other members, such as times, are ignored.
#[derive(Deserialize)]
struct Granted {
    access_token: Option<Value>,
}

impl UktSource {
    /// Builds a source for the configured endpoint.
    ///
    /// # Errors
    /// [`SourceError`] if the HTTP client cannot be created.
    pub fn new(name: &Arc<str>, settings: &UktSettings) -> Result<Self, SourceError> {
        let line = Line::new(name, settings).map_err(|error| {
            let hint = "check the certificates of this system".to_owned();
            SourceError::new(name, error.to_string(), Some(hint))
        })?;
        Ok(Self {
            name: name.clone(),
            settings: settings.clone(),
            line,
        })
    }

    /// Sets other pauses between tries.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.line.set_backoff(backoff);
        self
    }

    async fn token(&self) -> Result<SecretString, Failure> {
        let settings = &self.settings;
        let form = [
            ("grant_type", settings.grant_type.as_str()),
            ("scope", &settings.scope),
            ("client_id", &settings.client_id),
            ("client_secret", settings.client_secret.expose_secret()),
        ];
        let body = self.line.post(&settings.oauth2_url, &form).await?;
        match object(&body).and_then(|granted: Granted| granted.access_token) {
            Some(Value::String(token)) if !token.is_empty() => Ok(token.into()),
            _ => Err(Failure::new(
                format!(
                    "{} answered without an `access_token`",
                    shown_address(&settings.oauth2_url)
                ),
                "check that `oauth2_url` is the token endpoint".to_owned(),
            )),
        }
    }

    async fn list(&self, token: &SecretString, day: &str) -> Result<Vec<Value>, Failure> {
        let mut url = self.settings.endpoint_url.clone();
        url.query_pairs_mut().append_pair("date", day);
        let body = self.line.get(&url, token).await?;
        serde_json::from_slice(&body).map_err(|_| {
            // The parser's message would contain an address.
            Failure::new(
                format!(
                    "{} answered with something other than a list",
                    shown_address(&url)
                ),
                "check that `endpoint_url` is the address of the list".to_owned(),
            )
        })
    }

    /// The entries of the list for a day.
    async fn leavers(&self, day: &str) -> Result<Vec<Value>, Failure> {
        let token = self.token().await?;
        match self.list(&token, day).await {
            // The requests were repeated for so long that the token has expired.
            Err(failure) if failure.token_was_refused_late => self.list(&self.token().await?, day).await,
            list => list,
        }
    }

    /// Result of the list for `check`: a problem if an entry cannot be used.
    fn finding(&self, subject: String, list: &[Value]) -> Diagnosis {
        let mut records = Collected::new(&self.name, self.kind());
        let all = list.iter().enumerate();
        all.for_each(|(index, entry)| records.push(self.record(index, entry)));
        let usable = list.iter().filter(|entry| address(entry).is_ok()).count();
        if usable < list.len() {
            return records.finding(subject, "address");
        }
        Diagnosis::ok(subject, counted(list.len(), "address"))
    }

    /// A leaver, or a rejected entry without an address, so that it is reported.
    fn record(&self, index: usize, entry: &Value) -> Record {
        let origin = RecordRef::new(
            self.name.clone(),
            format!("{}[{index}]", host(&self.settings.endpoint_url)),
        );
        match address(entry) {
            Ok(email) => Record::Leaver(Leaver {
                email: email.into(),
                origin,
            }),
            Err(reason) => Record::Rejected(Rejected::new(origin, None, reason)),
        }
    }

    fn unreadable_list(&self, day: &str, failure: &Failure) -> SourceError {
        let hint = format!(
            "{}; run again on the same day (UTC), since no later run asks for its list",
            failure.hint
        );
        let what = format!("{}; the list of that day was not read ({day})", failure.what);
        SourceError::new(&self.name, what, Some(hint))
    }
}

/// Each day has its own list.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d").to_string()
}

/// The address of an entry.
///
/// # Errors
/// Why it is invalid, without the value.
fn address(entry: &Value) -> Result<String, &'static str> {
    let text = match entry {
        Value::String(text) => text,
        Value::Null => return Err("`null` instead of an e-mail address"),
        Value::Bool(_) | Value::Number(_) => {
            return Err("a number or truth value instead of an e-mail address");
        }
        Value::Array(_) | Value::Object(_) => return Err("a list or object instead of an e-mail address"),
    };
    if cleaned(text).is_empty() {
        return Err("an empty address");
    }
    address_in(text).ok_or("the entry is not an e-mail address, so it is not known who has left")
}

impl Source for UktSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "ukt"
    }

    fn proves_absence(&self, _: TypeId) -> bool {
        false
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let day = today();
        let list = self.line.within(self.leavers(&day)).await;
        let list = list.map_err(|failure| self.unreadable_list(&day, &failure))?;
        for (index, entry) in list.iter().enumerate() {
            each(self.record(index, entry));
        }
        Ok(())
    }

    async fn check(&self) -> Vec<Diagnosis> {
        let subject = |step: &str| format!("source `{}`: {step}", self.name);
        let problem =
            |step, failure: Failure| Diagnosis::problem(subject(step), failure.what, Some(failure.hint));
        let token = match self.line.within(self.token()).await {
            Ok(token) => token,
            Err(failure) => return vec![problem("token", failure)],
        };
        let list = match self.line.within(self.list(&token, &today())).await {
            Ok(list) => self.finding(subject("list"), &list),
            Err(failure) => problem("list", failure),
        };
        vec![
            Diagnosis::ok(subject("token"), shown_address(&self.settings.oauth2_url)),
            list,
        ]
    }
}
