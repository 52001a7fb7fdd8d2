//! Whose an account is. The target decides it, in one place, from what its list shows.

/// Whose an account is, with the reason where it is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// This tool looks after it. Before it is removed because its person is absent, the account itself has to hold the
    /// [`crate::model::Purpose::OwnershipProof`], if the target has one.
    Ours,
    /// It carries an external id and lacks something that all accounts of this tool have: it is ours only if it holds the
    /// ownership proof, or the login name of the person whose id it carries.
    Unproved(&'static str),
    /// It is managed by others. It may be adopted, and is not changed otherwise.
    Foreign(&'static str),
    /// It is never changed.
    Protected(&'static str),
}
