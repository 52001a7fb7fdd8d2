//! One object: its values, and whose it is; as the sources want it, and as the target has it.

pub(super) mod attributes;
pub(super) mod desired;
pub(super) mod existing;
pub(super) mod ownership;
pub(super) mod reference;
pub(super) mod value;
