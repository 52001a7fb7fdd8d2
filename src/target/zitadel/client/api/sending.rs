//! Sends one request: token, rate limit, answer.

use std::rc::Rc;

use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Api;
use crate::http;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::sign_in::auth;
use crate::target::zitadel::client::sign_in::key::OPERATION;
use crate::target::zitadel::client::unreachable::silent;

impl Api {
    /// Sends a call with a token. If the server refuses the token, sends it once more with a new one.
    pub(super) async fn authorized(&self, call: &Call) -> Result<Response, Failure> {
        let token = self.token().await?;
        let reply = self.transmit(call, &token).await?;
        if reply.status() != StatusCode::UNAUTHORIZED {
            return Ok(reply);
        }
        self.auth.forget(&token).await;
        self.count_repeat();
        let token = self.token().await?;
        self.transmit(call, &token).await
    }

    pub(super) async fn token(&self) -> Result<Rc<SecretString>, Failure> {
        let turn = async || self.turn(OPERATION).await;
        self.auth.token(&self.client, turn).await
    }

    async fn transmit(&self, call: &Call, token: &SecretString) -> Result<Response, Failure> {
        self.turn(call.operation).await;
        let url = self.url(call);
        let client = if call.patient { &self.patient } else { &self.client };
        let mut request = client
            .request(call.method.clone(), url.clone())
            .header("x-zitadel-orgid", &self.organization)
            .bearer_auth(token.expose_secret());
        if let Some(body) = &call.body {
            request = request
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let reply = request.send().await;
        http::trace(call.operation, &call.method, url.path(), &reply);
        let reply = reply.map_err(|error| silent(call.operation, url.as_str(), &error))?;
        self.unheard.set(false);
        let ahead = auth::server_seconds(&reply).map(|server| server - Timestamp::now().as_second());
        self.clock_ahead.set(ahead);
        Ok(reply)
    }

    pub(super) fn url(&self, call: &Call) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&call.path);
        }
        url
    }

    /// Waits for the rate limit, and counts the request.
    async fn turn(&self, operation: &'static str) {
        self.limiter.turn().await;
        let mut stats = self.stats.borrow_mut();
        stats.total += 1;
        *stats.by_operation.entry(operation).or_default() += 1;
    }
}
