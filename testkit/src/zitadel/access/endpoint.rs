//! The token endpoint over HTTP.

use crate::zitadel::access::token::{Exchange, exchange};
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::http::{Answer, Incoming, form};
use crate::zitadel::state::State;

/// `scheme://host[:port]` of a request, or the error for a host that the instance does not answer to.
pub(in crate::zitadel) fn issuer(state: &State, incoming: &Incoming) -> Result<String, Failure> {
    let sent = incoming
        .header("x-zitadel-instance-host")
        .or_else(|| incoming.header("host"));
    let host = sent.unwrap_or_else(|| incoming.authority.clone());
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let scheme = if state.options.external_secure {
        "https"
    } else {
        "http"
    };
    if state.options.domains.iter().any(|domain| domain == name) {
        return Ok(format!("{scheme}://{host}"));
    }
    let known = state.options.domains.first().map_or("", String::as_str);
    let text = format!(
        "unable to set instance using origin &{{{host}  {scheme}}} (ExternalDomain is {known}): ID=QUERY-1kIjX \
        Message=Instance not found. Make sure you got the domain right. \
        Check out https://zitadel.com/docs/apis/introduction#domains"
    );
    Err(Failure::plain(NOT_FOUND, text))
}

/// `/oauth/v2/token`: form in the body, or in the query of a GET.
pub(in crate::zitadel) fn token(state: &mut State, incoming: &Incoming) -> Answer {
    let issuer = match issuer(state, incoming) {
        Ok(issuer) => issuer,
        Err(failure) => return Answer::with_type(404, "text/plain; charset=utf-8", failure.message()),
    };
    let mut fields = incoming.query.clone();
    let kind = incoming.header("content-type").unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        fields.splice(0..0, form(&String::from_utf8_lossy(&incoming.body)));
    }
    let asked = Exchange {
        form: fields,
        issuer,
        authorization: incoming.header("authorization"),
    };
    let (status, body) = exchange(state, &asked);
    Answer::json(status, body)
}
