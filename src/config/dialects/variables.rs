//! Environment variables of other tools.

use crate::config::environment::{Environment, Variable};
use crate::config::error::{Mistake, Origin};

/// A variable of another tool. An empty one counts as absent.
pub(super) fn variable(
    environment: &Environment,
    name: &str,
    path: &str,
) -> Result<Option<Variable>, Mistake> {
    let Some(value) = environment.var(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let Some(value) = value.to_str() else {
        let what = format!("the variable {name} is not valid UTF-8");
        return Err(Mistake::new(path, what).at(Origin::Variable(name.to_owned())));
    };
    Ok(Some(Variable {
        name: name.to_owned(),
        path: path.split('.').map(str::to_owned).collect(),
        value: value.to_owned(),
    }))
}
