//! Which part of a list a request asks for.

use super::body::Node;
use super::errors::{Failure, INVALID};
use super::writer::Writer;

/// The `query` object: which part of the rows, in which direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    offset: usize,
    /// 0 for no limit.
    limit: usize,
    pub(crate) asc: bool,
}

impl Page {
    pub(crate) fn read(body: Node<'_>) -> Result<Self, Failure> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let Some(query) = body.object("query")? else {
            return Ok(Self {
                offset: 0,
                limit: 0,
                asc: false,
            });
        };
        Ok(Self {
            offset: size(query.number("offset", "uint64")?),
            limit: size(query.number("limit", "uint32")?),
            asc: query.flag("asc")?.unwrap_or_default(),
        })
    }

    /// The rows of the page.
    pub(crate) fn cut<'a, T>(&self, rows: &'a [T]) -> &'a [T] {
        let start = self.offset.min(rows.len());
        let end = if self.limit == 0 {
            rows.len()
        } else {
            start.saturating_add(self.limit).min(rows.len())
        };
        &rows[start..end]
    }
}

/// The `pagination` object of newer v2 services: at most 1000, 100 by default.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pagination {
    pub(crate) offset: usize,
    pub(crate) limit: usize,
    pub(crate) asc: bool,
}

impl Pagination {
    /// Reads it; call [`Pagination::check`] after authentication.
    pub(crate) fn read(body: Node<'_>) -> Result<Self, Failure> {
        let Some(node) = body.object("pagination")? else {
            return Ok(Self {
                offset: 0,
                limit: 100,
                asc: false,
            });
        };
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let limit = size(node.number("limit", "uint32")?);
        Ok(Self {
            offset: size(node.number("offset", "uint64")?),
            limit: if limit == 0 { 100 } else { limit },
            asc: node.flag("asc")?.unwrap_or_default(),
        })
    }

    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.limit > 1000 {
            return Err(Failure::of(INVALID, "QUERY-4M0fs", "Limit exceeded"));
        }
        Ok(())
    }

    pub(crate) fn cut<'a, T>(&self, rows: &'a [T]) -> &'a [T] {
        let start = self.offset.min(rows.len());
        &rows[start..start.saturating_add(self.limit).min(rows.len())]
    }

    pub(crate) fn write(&self, writer: &mut Writer, total: usize) {
        writer.open_field("pagination");
        writer.long("totalResult", total as u64);
        writer.long("appliedLimit", self.limit as u64);
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zitadel::protocol::body;

    fn cut(raw: &str) -> Vec<u8> {
        let value = body::parse(raw.as_bytes()).expect("JSON");
        let page = Page::read(Node::new(&value, raw)).expect("a page");
        page.cut(&[1, 2, 3]).to_vec()
    }

    /// No limit and a limit of 0 mean all rows, past the end there are none.
    #[test]
    fn pages() {
        assert_eq!(cut("{}"), [1, 2, 3]);
        assert_eq!(cut(r#"{"query":{"limit":0,"offset":"1"}}"#), [2, 3]);
        assert_eq!(cut(r#"{"query":{"limit":2}}"#), [1, 2]);
        assert!(cut(r#"{"query":{"limit":2,"offset":3}}"#).is_empty());
    }

    /// Newer services take at most 1000 and 100 by default.
    #[test]
    fn pagination() {
        let check = |raw: &str| {
            let value = body::parse(raw.as_bytes()).expect("JSON");
            let page = Pagination::read(Node::new(&value, raw)).expect("a page");
            page.check().map(|()| page.limit)
        };
        assert_eq!(check("{}"), Ok(100));
        assert_eq!(check(r#"{"pagination":{"limit":1000}}"#), Ok(1000));
        assert!(check(r#"{"pagination":{"limit":1001}}"#).is_err());
    }
}
