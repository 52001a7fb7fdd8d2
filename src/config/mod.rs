//! Everything the program is told, in one place: defaults < file < environment < flags.

mod settings;

pub use settings::{
    ApplySettings, Credentials, CsvSettings, LdapAttribute, LdapAttributes, LdapSettings, LdapTls, Localpart,
    Settings, SourceKind, SourceSettings, UktSettings, ZitadelSettings,
};
