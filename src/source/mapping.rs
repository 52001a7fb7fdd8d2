//! From what a source says about a person to an [`Identity`]. Pure.

use std::collections::BTreeMap;

use super::cell::{self, Name};
use crate::model::{
    AttributeSet, AttributeSpec, Attributes, Cardinality, Claims, ExternalId, Identity, Lifecycle, RecordRef,
    Rejected, Roles, Schema, Value,
};

/// What is to be text of a person.
const NAMES: [&str; 2] = ["first_name", "last_name"];

/// Without these nobody gets an account, whatever the target demands.
const REQUIRED: [&str; 3] = ["first_name", "last_name", "email"];

/// What a source says about one attribute of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// The value, taken literally. An empty one is the same as [`Said::Nothing`].
    Value(&'a str),
    /// There is to be no value.
    Nothing,
    /// The source cannot tell; whatever the account holds is left alone.
    Unknown,
}

/// One attribute of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact<'a> {
    /// The schema's name of the attribute.
    pub attribute: &'static str,
    /// The source's own name of it, for messages: a column, an LDAP attribute.
    pub field: &'a str,
    /// What the source says.
    pub said: Said<'a>,
}

/// Turns the records of one source into people for one target.
#[derive(Clone, Debug)]
pub struct Mapping {
    schema: Schema,
    roles: Roles,
}

impl Mapping {
    /// People with these attributes and these roles.
    pub fn new(schema: &Schema, roles: &Roles) -> Self {
        Self {
            schema: schema.clone(),
            roles: roles.clone(),
        }
    }

    /// The roles of every person, as far as the source does not know better.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Gives a person other roles than everybody has.
    pub fn give(&self, identity: &mut Identity, roles: Roles) {
        identity.set_roles(&self.schema, roles);
    }

    /// The person of a record, and what is worth knowing about its values. Attributes that no fact names are unknown; facts
    /// that the schema does not know are passed over.
    ///
    /// # Errors
    /// [`Rejected`] with all required attributes that are missing, and those that hold what no person's attribute holds.
    pub fn identity(
        &self,
        id: ExternalId,
        lifecycle: Lifecycle,
        origin: RecordRef,
        facts: &[Fact<'_>],
    ) -> Result<(Identity, Vec<String>), Rejected> {
        let mut attributes = Attributes::default();
        let mut unknown = self.everything();
        let mut seen = Seen::default();
        for fact in facts {
            let said = seen.judge(fact, self.requires(fact.attribute));
            let Some(index) = self.schema.index(fact.attribute) else {
                continue;
            };
            if said != Said::Unknown {
                unknown.remove(index);
                let cardinality = self.schema.spec(index).cardinality;
                attributes.set(index, text(said).map(|text| wrap(text, cardinality)));
            }
        }
        if let Some(reason) = seen.refusal() {
            let is_error = std::str::from_utf8(id.as_bytes()).is_ok_and(cell::is_error_value);
            return Err(Rejected {
                at: origin,
                id: (!is_error).then_some(id),
                reason,
                missing: seen.missing,
                claims: claims(facts).into(),
            });
        }
        let mut identity = Identity {
            id,
            lifecycle,
            attributes,
            unknown,
            origin,
        };
        identity.set_roles(&self.schema, self.roles.clone());
        Ok((identity, seen.warnings))
    }

    fn requires(&self, attribute: &str) -> bool {
        let by_target = || {
            self.schema
                .index(attribute)
                .is_some_and(|index| self.schema.spec(index).required)
        };
        REQUIRED.contains(&attribute) || by_target()
    }

    fn everything(&self) -> AttributeSet {
        let mut all = AttributeSet::default();
        let said = |spec: &AttributeSpec| spec.is_said_by_sources();
        let said = self.schema.iter().filter(|(_, spec)| said(spec));
        said.for_each(|(index, _)| all.insert(index));
        all
    }
}

/// What was found wrong with the values of one record.
#[derive(Default)]
struct Seen {
    /// The fields of required attributes without a value.
    missing: Vec<Box<str>>,
    /// Fields whose value cannot be used, by what it is.
    unusable: BTreeMap<&'static str, Vec<String>>,
    warnings: Vec<String>,
}

impl Seen {
    /// What a fact says, if it can be used.
    fn judge<'a>(&mut self, fact: &Fact<'a>, required: bool) -> Said<'a> {
        let is_name = NAMES.contains(&fact.attribute);
        let value = text(fact.said).filter(|text| !is_name || !cell::is_blank(text));
        let Some(value) = value else {
            if required {
                self.missing.push(fact.field.into());
            }
            return fact.said;
        };
        let field = format!("`{}`", fact.field);
        match fact.attribute {
            _ if is_name => match cell::name(value) {
                Name::Fine => {}
                Name::Odd(why) => self
                    .warnings
                    .push(format!("{field} {why}; it is taken as a name")),
                Name::Unusable(what) => self.unusable.entry(what).or_default().push(field),
            },
            _ if !cell::is_error_value(value) => {}
            // The target judges these two, and knows what an account has already.
            "phone" | "localpart" => {}
            _ if required => self.unusable.entry(cell::ERROR_VALUE).or_default().push(field),
            _ => {
                let what = cell::ERROR_VALUE;
                self.warnings
                    .push(format!("{field} holds {what}; what the account has is kept"));
                return Said::Unknown;
            }
        }
        fact.said
    }

    /// Why the person cannot be used.
    fn refusal(&self) -> Option<String> {
        let mut reasons = Vec::new();
        if !self.missing.is_empty() {
            reasons.push(format!("no value for `{}`", self.missing.join("`, `")));
        }
        for (what, fields) in &self.unusable {
            let verb = if fields.len() == 1 { "holds" } else { "hold" };
            reasons.push(format!("{} {verb} {what}", fields.join(", ")));
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

/// What facts say about whose record it is.
pub(super) fn claims(facts: &[Fact<'_>]) -> Claims {
    let of = |attribute: &str| {
        let named = facts.iter().filter(|fact| fact.attribute == attribute);
        named.filter_map(|fact| text(fact.said)).map(Box::from).collect()
    };
    Claims {
        addresses: of("email"),
        proofs: of("localpart"),
        is_misspelt: false,
    }
}

fn text(said: Said<'_>) -> Option<&str> {
    match said {
        Said::Value(text) if !text.is_empty() => Some(text),
        Said::Value(_) | Said::Nothing | Said::Unknown => None,
    }
}

fn wrap(text: &str, cardinality: Cardinality) -> Value {
    match cardinality {
        Cardinality::One => Value::text(text),
        Cardinality::Many => Value::Set([text.into()].into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fixture::{origin, roles, schema};

    fn facts<'a>(phone: Said<'a>, email: Said<'a>) -> [Fact<'a>; 4] {
        let fact = |attribute, field, said| Fact {
            attribute,
            field,
            said,
        };
        [
            fact("first_name", "givenName", Said::Value("Ada")),
            fact("last_name", "sn", Said::Value("Lovelace")),
            fact("email", "mail", email),
            fact("phone", "telephoneNumber", phone),
        ]
    }

    fn map(facts: &[Fact<'_>]) -> Result<Identity, Rejected> {
        let mapping = Mapping::new(&schema(), &roles());
        let person = mapping.identity(
            ExternalId::new(*b"ada"),
            Lifecycle::Active,
            origin("f.csv:2"),
            facts,
        )?;
        assert_eq!(person.1, [""; 0]);
        Ok(person.0)
    }

    #[test]
    fn values_stand_in_order_of_the_schema() {
        let schema = schema();
        let ada = map(&facts(Said::Value("1"), Said::Value("ada@example.org"))).unwrap();
        let text = |name| ada.attributes.text(schema.index(name).unwrap());
        assert_eq!(text("first_name"), Some("Ada"));
        assert_eq!(text("last_name"), Some("Lovelace"));
        assert_eq!(text("email"), Some("ada@example.org"));
        assert_eq!(text("phone"), Some("1"));
        assert_eq!(ada.roles(&schema), &*roles());
    }

    /// Nothing removes a value, Unknown leaves it, and so does an attribute that no fact names.
    #[test]
    fn unknown_is_not_nothing() {
        let schema = schema();
        let phone = schema.index("phone").unwrap();
        for (said, unknown) in [
            (Said::Nothing, false),
            (Said::Value(""), false),
            (Said::Unknown, true),
        ] {
            let ada = map(&facts(said, Said::Value("a@b"))).unwrap();
            assert_eq!(ada.attributes.get(phone), None);
            assert_eq!(ada.unknown.contains(phone), unknown, "{said:?}");
            assert!(ada.unknown.contains(schema.index("localpart").unwrap()));
        }
    }

    #[test]
    fn a_required_attribute_without_value_rejects_the_person_by_its_field() {
        for said in [Said::Nothing, Said::Value(""), Said::Unknown] {
            let rejected = map(&facts(Said::Nothing, said)).unwrap_err();
            assert_eq!(rejected.id, Some(ExternalId::new(*b"ada")));
            assert_eq!(rejected.reason, "no value for `mail`");
        }
    }

    #[test]
    fn a_fact_that_the_target_does_not_store_is_passed_over() {
        let mut facts = facts(Said::Nothing, Said::Value("a@b")).to_vec();
        facts.push(Fact {
            attribute: "shoe_size",
            field: "shoeSize",
            said: Said::Value("38"),
        });
        assert!(map(&facts).is_ok());
    }

    /// Whatever the source: nothing is written over a good value by what a spreadsheet could not work out.
    #[test]
    fn an_error_value_is_no_value() {
        let fact = |attribute, said| Fact {
            attribute,
            field: attribute,
            said: Said::Value(said),
        };
        let map = |id: &[u8], facts: &[Fact<'_>]| {
            let mapping = Mapping::new(&schema(), &roles());
            mapping.identity(ExternalId::new(id), Lifecycle::Active, origin("cn=a"), facts)
        };
        let base = facts(Said::Value("1"), Said::Value("a@b"));
        let with = |one| base.iter().copied().chain([one]).collect::<Vec<_>>();
        let name = fact("preferred_username", " #N/A");
        let (ada, warnings) = map(b"ada", &with(name)).unwrap();
        let index = schema().index("preferred_username").unwrap();
        assert!(ada.unknown.contains(index) && ada.attributes.text(index).is_none());
        assert_eq!(
            warnings,
            ["`preferred_username` holds an error value of a spreadsheet; what the account has is kept"]
        );
        for (id, whose) in [("ada", Some("ada")), ("#NV", None)] {
            let rejected = map(id.as_bytes(), &with(fact("email", "#NV"))).unwrap_err();
            assert_eq!(rejected.id, whose.map(|id| ExternalId::new(id.as_bytes())));
            assert_eq!(rejected.reason, "`email` holds an error value of a spreadsheet");
            assert_eq!(rejected.missing, []);
        }
    }
}
