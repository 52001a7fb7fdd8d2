//! What `check` found.

/// Why something does not work, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened.
    pub what: String,
    /// What to do next.
    pub fix: Option<String>,
    /// It is in the data, which was read, and concerns some of the people or groups alone.
    pub is_in_data: bool,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was tried, such as "source `ldap`: bind".
    pub subject: String,
    /// What was seen, or what is wrong.
    pub result: Result<String, Problem>,
}

impl Diagnosis {
    /// It works.
    pub fn ok(subject: impl Into<String>, seen: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            result: Ok(seen.into()),
        }
    }

    /// It does not work.
    pub fn problem(subject: impl Into<String>, what: impl Into<String>, fix: Option<String>) -> Self {
        Self {
            subject: subject.into(),
            result: Err(Problem {
                what: what.into(),
                fix,
                is_in_data: false,
            }),
        }
    }

    /// Some of the data cannot be used.
    pub fn fault(subject: impl Into<String>, what: impl Into<String>, fix: Option<String>) -> Self {
        let mut fault = Self::problem(subject, what, fix);
        if let Err(problem) = &mut fault.result {
            problem.is_in_data = true;
        }
        fault
    }
}
