//! The elements of a certificate, one level at a time. Pure.

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

impl<'a> Element<'a> {
    /// What lies within it.
    pub(super) fn parts(&self) -> Elements<'a> {
        Elements(self.content)
    }
}

/// Elements that follow each other; ends at the first that is none.
#[derive(Clone, Debug)]
pub(super) struct Elements<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        let (&short, mut rest) = rest.split_first()?;
        let mut length = usize::from(short);
        if short >= 0x80 {
            let (digits, behind) = rest
                .split_at_checked(usize::from(short - 0x80))
                .filter(|(digits, _)| digits.len() <= 4)?;
            length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            rest = behind;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Element { tag, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_end_where_nothing_follows() {
        let long = [&[4, 0x81, 0x80][..], &[7; 0x80], &[2, 1, 5, 4, 9, 0]].concat();
        let found: Vec<(u8, usize)> = Elements(&long).map(|one| (one.tag, one.content.len())).collect();
        assert_eq!(found, [(4, 0x80), (2, 1)]);
        for none in [&b""[..], b"\x30", b"\x30\x01", b"\x30\x85\0\0\0\0\0"] {
            assert_eq!(Elements(none).next(), None);
        }
    }
}
