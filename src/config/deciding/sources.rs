//! The settings of sources that decide.

use regex::Regex;

use super::Deciding;
use crate::config::settings::{
    CsvSettings, Entitlement, ExpectedReference, LdapActive, LdapAttribute, LdapAttributes, LdapGroups,
    LdapSearch, LdapSettings, SourceKind, SourceSettings, TextRule, UktSettings,
};

fn attribute(attribute: &LdapAttribute) -> (&str, bool) {
    let LdapAttribute { name, is_binary } = attribute;
    (name, *is_binary)
}

impl Deciding {
    pub(super) fn source(&mut self, source: &SourceSettings) {
        let SourceSettings { name, kind } = source;
        self.add("source", &(name, kind.name()));
        match kind {
            SourceKind::Ldap(ldap) => self.ldap(ldap),
            SourceKind::Csv(csv) => {
                // The columns follow from the settings of the target.
                let CsvSettings {
                    file_path,
                    id_column: _,
                    further_columns: _,
                    list_separator,
                } = csv;
                self.add("file_path", file_path);
                self.add("list_separator", list_separator);
            }
            SourceKind::Ukt(ukt) => self.ukt(ukt),
        }
    }

    fn ukt(&mut self, ukt: &UktSettings) {
        decide!(self, "", ukt: UktSettings {
            endpoint_url = endpoint_url.as_str(), client_id, scope;
            // How to get a token, and waiting times.
            oauth2_url, client_secret, grant_type, timeout, deadline,
        });
    }

    fn ldap(&mut self, ldap: &LdapSettings) {
        let LdapSettings {
            search,
            transform,
            attributes,
            entitlements,
            groups,
            passing,
            expected_references,
            ..
        } = ldap;
        decide!(self, "", ldap: LdapSettings {
            urls as "url" = urls.iter().map(url::Url::as_str).collect::<Vec<_>>(), base_dn, bind_dn, bind_external,
            user_filter;
            // Added below.
            search, transform, attributes, entitlements, groups, passing, expected_references,
            // How to reach the server, and page sizes.
            bind_password, authentication, timeout, connect_timeout, deadline, page_size, use_attribute_filter, tls,
        });
        self.search("search", search);
        self.add("transform", transform);
        self.attributes(attributes);
        if let Some(groups) = groups {
            self.groups(groups);
        }
        for entitlement in entitlements {
            let Entitlement {
                role,
                groups,
                nested,
                allow_empty,
            } = entitlement;
            self.add("entitlement", &(role, groups, nested, allow_empty));
        }
        self.add("passing", passing);
        for reference in expected_references {
            let ExpectedReference { host, port, name } = reference;
            self.add("expected_reference", &(host, port, name));
        }
    }

    fn search(&mut self, key: &str, search: &LdapSearch) {
        let LdapSearch {
            scope,
            ignored,
            attributes,
        } = search;
        self.add(key, &(scope, ignored, attributes));
    }

    fn groups(&mut self, groups: &LdapGroups) {
        let LdapGroups {
            base_dn,
            filter,
            search,
            transform,
            group_id,
            texts,
            members,
            nested,
        } = groups;
        self.add("groups.base_dn", base_dn);
        self.add("groups.filter", filter);
        self.search("groups.search", search);
        self.add("groups.transform", transform);
        self.add("group_id", &attribute(group_id));
        for (name, rule) in texts {
            self.mapped(&format!("groups.{name}"), rule);
        }
        self.add("groups.members", members);
        self.add("groups.nested", nested);
    }

    fn attributes(&mut self, attributes: &LdapAttributes) {
        let LdapAttributes {
            texts,
            user_id,
            active,
            // Asked for, and not used.
            last_modified: _,
        } = attributes;
        for (name, rule) in texts {
            self.mapped(name, rule);
        }
        self.add("user_id", &attribute(user_id));
        match active {
            LdapActive::Status {
                attribute: status,
                disable_mask,
            } => self.add("status", &(attribute(status), disable_mask)),
            LdapActive::Rules(rules) => self.add("active", rules),
            LdapActive::Always => self.add("active", &"always"),
        }
    }

    fn mapped(&mut self, key: &str, rule: &TextRule) {
        let TextRule {
            from,
            choice,
            matching,
            case,
            nfc,
        } = rule;
        let matching = matching.as_ref().map(Regex::as_str);
        self.add(key, &(from, choice, matching, case, nfc));
    }
}
