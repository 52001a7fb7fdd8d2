//! The cost of a plan.

use std::io::{self, Write};
use std::num::NonZeroU32;

use crate::model::counted;
use crate::target::Cost;

/// Prints the number of requests of a plan, their minimum duration, and the messages that the product sends to
/// people.
pub fn cost(
    out: &mut dyn Write,
    product: &str,
    cost: Cost,
    per_second: Option<NonZeroU32>,
) -> io::Result<()> {
    if cost == Cost::default() {
        return Ok(());
    }
    write!(out, "It takes {}", counted(cost.requests, "request"))?;
    if let Some(rate) = per_second {
        let seconds = cost.requests.div_ceil(u64::from(rate.get()));
        write!(out, ", at {rate} a second at least {}", span(seconds))?;
    }
    let messages = [(cost.mails, "e-mail"), (cost.texts, "text message")];
    let messages = messages.into_iter().filter(|(count, _)| *count > 0);
    let messages: Vec<String> = messages.map(|(count, noun)| counted(count, noun)).collect();
    if !messages.is_empty() {
        write!(out, "; {product} sends people {}", messages.join(" and "))?;
    }
    writeln!(out, ".")
}

fn span(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(requests: u64, mails: u64, texts: u64, rate: u32) -> String {
        let mut out = Vec::new();
        let sum = Cost {
            requests,
            mails,
            texts,
        };
        cost(&mut out, "Product", sum, NonZeroU32::new(rate)).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Requests always; the time only with a rate limit; messages only if there are any.
    #[test]
    fn only_existing_costs_are_named() {
        assert_eq!(sentence(0, 0, 0, 45), "");
        assert_eq!(sentence(1, 0, 0, 0), "It takes 1 request.\n");
        assert_eq!(
            sentence(200_000, 0, 0, 45),
            "It takes 200000 requests, at 45 a second at least 1 h 14 min.\n"
        );
        assert_eq!(
            sentence(91, 0, 0, 45),
            "It takes 91 requests, at 45 a second at least 3 s.\n"
        );
        assert_eq!(
            sentence(4, 2, 1, 0),
            "It takes 4 requests; Product sends people 2 e-mails and 1 text message.\n"
        );
    }
}
