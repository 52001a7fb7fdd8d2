//! How a double is set up.

use std::time::Duration;

/// How a double is set up; start from `Options::default()`, which is the server of the recordings.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// The TCP port on 127.0.0.1, 0 for any free one.
    pub port: u16,
    /// Put before `/udm` in paths, as the web server in front does (`/univention`); empty for none.
    pub path_prefix: String,
    /// The base of the directory.
    pub base: String,
    /// Password of `cn=admin`, of `Administrator` and of `plain`.
    pub password: String,
    /// Domains that primary and alternative addresses may have.
    pub mail_domains: Vec<String>,
    /// Templates hold a random identifier (since UCS 5.2-2), or null as before.
    pub identifier_in_templates: bool,
    /// Refused values stay locked for five minutes.
    pub locks: bool,
    /// New users become members of their primary group (UCR `directory/manager/user/primarygroup/update`).
    pub primary_group_update: bool,
    /// Names of digits only are allowed (UCR `directory/manager/user/enable-legacy-username-format`).
    pub names_of_digits: bool,
    /// Time between reading an entry and writing it, in which other requests come in: the races of the real server.
    /// Zero makes every request atomic.
    pub race: Duration,
    /// How long a write keeps one of the server's processes busy.
    pub work: Duration,
    /// How many processes the server has; writes wait for one that is free. Only with `work`.
    pub processes: usize,
    /// Lists of values and of objects come in another order with every request: the server promises none.
    pub shuffled: bool,
    /// `Link` headers of objects, as many as the server sends.
    pub link_headers: bool,
    /// Further header lines in every answer, as a server with many apps sends them.
    pub more_headers: usize,
    /// So often a progress says that it is not finished.
    pub progress_polls: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            path_prefix: String::new(),
            base: "dc=univention-organization,dc=intranet".to_owned(),
            password: "univention".to_owned(),
            mail_domains: vec!["example.org".to_owned()],
            identifier_in_templates: true,
            locks: true,
            primary_group_update: true,
            names_of_digits: false,
            race: Duration::ZERO,
            work: Duration::ZERO,
            processes: 1,
            shuffled: false,
            link_headers: true,
            more_headers: 0,
            progress_polls: 1,
        }
    }
}
