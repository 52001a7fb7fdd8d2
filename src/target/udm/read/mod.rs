mod check;
mod elsewhere;
pub(super) mod find;
mod mail_domains;
mod objects;
mod prepare;
pub(super) mod snapshot;
