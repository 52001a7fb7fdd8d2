//! What the first half of a request comes to.

use super::plan::Plan;
use crate::udm::answer::Answer;

/// What the first half of a request comes to.
pub(crate) enum Step {
    Done(Answer),
    /// What is to be written, made from what was read.
    Write(Box<Plan>),
}

impl From<Answer> for Step {
    fn from(answer: Answer) -> Self {
        Self::Done(answer)
    }
}
