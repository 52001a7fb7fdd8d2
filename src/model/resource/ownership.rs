//! The ownership of an account. Each target decides about it in one function, from what its list shows.

/// The ownership of an account, with the reason if it is not managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Managed by this tool. Before it is removed as absent, the account itself must have the
    /// [`crate::model::Purpose::OwnershipProof`], if the target has one.
    Ours,
    /// It has an external id, but lacks something that all managed accounts have. It is only managed if it has the
    /// ownership proof, or the login name of the person with its external id.
    Unproved(&'static str),
    /// Managed by others. It may be adopted, but is not changed otherwise.
    Foreign(&'static str),
    /// Never changed.
    Protected(&'static str),
}
