//! One person.

/// What a row says about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// The address, also the login name; its bytes are the id.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Empty where there is none.
    pub phone: String,
}

impl Person {
    /// The id in the form that is stored.
    pub fn id(&self) -> String {
        hex::encode(&self.email)
    }
}
