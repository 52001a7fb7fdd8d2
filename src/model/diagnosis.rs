//! Results of `check`.

/// Why something does not work, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub what: String,
    /// What to do next.
    pub fix: Option<String>,
    /// The problem is in the data, which could be read, and concerns only some people or groups.
    pub is_in_data: bool,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was tried, such as "source `ldap`: bind".
    pub subject: String,
    /// What was found, or what is wrong.
    pub result: Result<String, Problem>,
}

impl Diagnosis {
    /// The step works.
    pub fn ok(subject: impl Into<String>, seen: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            result: Ok(seen.into()),
        }
    }

    /// The step does not work.
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

    /// The same, with the problem and its fix rewritten.
    #[must_use]
    pub fn reworded(mut self, reword: impl Fn(&str) -> String) -> Self {
        if let Err(problem) = &mut self.result {
            problem.what = reword(&problem.what);
            problem.fix = problem.fix.as_deref().map(reword);
        }
        self
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
