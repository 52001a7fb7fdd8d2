//! From what a source says about a person to an [`Identity`]. Pure.

use crate::model::{
    AttributeSet, Attributes, Cardinality, Entitlements, ExternalId, Identity, Lifecycle, RecordRef,
    Rejected, Schema, Value,
};

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
    roles: Entitlements,
}

impl Mapping {
    /// People with these attributes and these roles.
    pub fn new(schema: &Schema, roles: &Entitlements) -> Self {
        Self {
            schema: schema.clone(),
            roles: roles.clone(),
        }
    }

    /// The roles of every person, as far as the source does not know better.
    pub fn roles(&self) -> &Entitlements {
        &self.roles
    }

    /// The person of a record. Attributes that no fact names are unknown; facts that the schema does not know are
    /// passed over.
    ///
    /// # Errors
    /// [`Rejected`] with all required attributes that are missing.
    pub fn identity(
        &self,
        id: ExternalId,
        lifecycle: Lifecycle,
        origin: RecordRef,
        facts: &[Fact<'_>],
    ) -> Result<Identity, Rejected> {
        let mut attributes = Attributes::empty(&self.schema);
        let mut unknown = self.everything();
        let mut missing = Vec::new();
        for fact in facts {
            let value = text(fact.said);
            if value.is_none() && self.requires(fact.attribute) {
                missing.push(Box::from(fact.field));
            }
            let Some(index) = self.schema.index(fact.attribute) else {
                continue;
            };
            if fact.said != Said::Unknown {
                unknown.remove(index);
                let cardinality = self.schema.spec(index).cardinality;
                attributes.set(index, value.map(|text| wrap(text, cardinality)));
            }
        }
        if !missing.is_empty() {
            return Err(Rejected {
                at: origin,
                id: Some(id),
                reason: format!("no value for `{}`", missing.join("`, `")),
                missing,
            });
        }
        Ok(Identity {
            id,
            lifecycle,
            attributes,
            unknown,
            entitlements: self.roles.clone(),
            origin,
        })
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
        for (index, _) in self.schema.iter() {
            all.insert(index);
        }
        all
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
        mapping.identity(
            ExternalId::new(*b"ada"),
            Lifecycle::Active,
            origin("f.csv:2"),
            facts,
        )
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
        assert_eq!(*ada.entitlements, *roles());
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
}
