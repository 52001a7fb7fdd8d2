//! Splits a list while it arrives, so that a page of ten thousand users is never in memory as text.

/// Splits a reply such as `{"details":{…},"result":[{…},{…}]}` into the items of one list, and the rest.
pub(crate) struct Splitter {
    /// The key of the list, in quotes.
    key: &'static str,
    /// Number of objects around the list.
    around: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Between the brackets of the list.
    inside: bool,
    item: Vec<u8>,
    rest: Vec<u8>,
}

impl Splitter {
    /// For the list at this key, such as `"result"` with its quotes, inside `around` objects.
    pub(crate) fn new(key: &'static str, around: usize) -> Self {
        Self {
            key,
            around,
            depth: 0,
            in_string: false,
            escaped: false,
            inside: false,
            item: Vec::new(),
            rest: Vec::new(),
        }
    }

    /// Adds bytes and passes on each item that they complete.
    pub(crate) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut waiting = bytes;
        while let Some((&byte, after)) = waiting.split_first() {
            // Most of a reply is in strings, of which only the end matters.
            let plain = self.plain(waiting);
            if plain > 0 {
                let (text, from_here) = waiting.split_at(plain);
                self.push(text);
                waiting = from_here;
                continue;
            }
            waiting = after;
            if self.step(byte) {
                each(&self.item)?;
                self.item.clear();
            }
        }
        Ok(())
    }

    /// How many of these bytes continue a string, neither ending it nor escaping anything.
    fn plain(&self, bytes: &[u8]) -> usize {
        if !self.in_string || self.escaped {
            return 0;
        }
        memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len())
    }

    /// Number of bytes of an incomplete item.
    pub(crate) fn buffered(&self) -> usize {
        self.item.len() + self.rest.len()
    }

    /// The reply without its items; invalid JSON if the reply was invalid or truncated.
    pub(crate) fn into_rest(mut self) -> Vec<u8> {
        self.rest.append(&mut self.item);
        self.rest
    }

    /// Processes one byte. Returns whether an item is complete.
    fn step(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            self.push(&[byte]);
            return false;
        }
        let between_items = self.inside && self.depth == self.around + 1;
        match byte {
            b'"' => self.in_string = true,
            b'[' if !self.inside && self.depth == self.around && self.follows_key() => {
                self.rest.push(byte);
                self.depth = self.around + 1;
                self.inside = true;
                return false;
            }
            b'{' | b'[' => self.depth += 1,
            b']' if between_items => {
                self.inside = false;
                self.depth = self.around;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.push(&[byte]);
                return self.inside && self.depth == self.around + 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if between_items => return false,
            _ => {}
        }
        self.push(&[byte]);
        false
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.inside {
            self.item.extend_from_slice(bytes);
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn follows_key(&self) -> bool {
        self.rest
            .trim_ascii_end()
            .strip_suffix(b":")
            .is_some_and(|rest| rest.trim_ascii_end().ends_with(self.key.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Lists of one object and of an object within another.
    const LISTS: [(&str, usize); 2] = [("\"result\"", 1), ("\"api:object\"", 2)];

    fn split(text: &str, chunk: usize, (key, around): (&'static str, usize)) -> (Vec<Value>, Vec<u8>) {
        let mut splitter = Splitter::new(key, around);
        let mut items = Vec::new();
        for bytes in text.as_bytes().chunks(chunk) {
            splitter
                .feed(bytes, |item| {
                    items.push(serde_json::from_slice(item)?);
                    Ok::<(), serde_json::Error>(())
                })
                .unwrap();
        }
        (items, splitter.into_rest())
    }

    proptest! {
        /// For any pieces of a reply and any strings in it, the items are unchanged.
        #[test]
        fn items_survive_any_cut(
            texts in prop::collection::vec("[\\PC\"\\\\{}\\[\\],]{0,12}", 0..6),
            chunk in 1usize..9,
            pretty: bool,
        ) {
            let items: Vec<Value> = texts
                .iter()
                .map(|text| json!({"id": text, "result": [text, {"result": [1], "api:object": [text]}]}))
                .collect();
            let of_result = |list: &[Value]| json!({"details": {"totalResult": "3", "result": [7]}, "result": list});
            let links = json!({"self": [{"api:object": [7]}]});
            let of_object = |list: &[Value]| json!({"_links": links, "_embedded": {"api:object": list}, "results": 3});
            let replies = [(of_result(&items), of_result(&[])), (of_object(&items), of_object(&[]))];
            for (list, (full, emptied)) in LISTS.into_iter().zip(replies) {
                let text = if pretty { serde_json::to_string_pretty(&full) } else { serde_json::to_string(&full) };
                let (got, rest) = split(&text.unwrap(), chunk, list);
                prop_assert_eq!(&got, &items);
                let rest: Value = serde_json::from_slice(&rest).unwrap();
                prop_assert_eq!(rest, emptied);
            }
        }
    }

    /// A truncated reply, or a web page, is not read as a short list.
    #[test]
    fn a_broken_reply_leaves_no_json() {
        for (text, list) in [
            (r#"{"result":[{"id":"1"},{"i"#, LISTS[0]),
            (r#"{"result":[{"id":"1"}"#, LISTS[0]),
            (r#"{"result":[{"id":"1"}]"#, LISTS[0]),
            (r#"{"_embedded":{"api:object":[{"id":"1"},{"d"#, LISTS[1]),
            (r#"{"_embedded":{"api:object":[{"id":"1"}"#, LISTS[1]),
            (r#"{"_embedded":{"api:object":[{"id":"1"}]"#, LISTS[1]),
            ("<html></html>", LISTS[0]),
            ("", LISTS[1]),
        ] {
            let (_, rest) = split(text, 3, list);
            assert!(serde_json::from_slice::<Value>(&rest).is_err(), "{text}");
        }
    }
}
