//! Takes a list apart while it arrives, so that ten thousand users are never held as text.

/// Cuts a reply `{…,"_embedded":{"udm:object":[{…},{…}]},"results":2}` into its objects, and what is left of it.
#[derive(Default)]
pub(super) struct Items {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Between the brackets of the list.
    inside: bool,
    item: Vec<u8>,
    rest: Vec<u8>,
}

const KEY: &[u8] = b"\"udm:object\"";

/// How many levels lie around the list: the reply, and `_embedded`.
const AROUND: usize = 2;

impl Items {
    /// Takes the next bytes and hands over each object that they complete.
    pub(super) fn feed<E>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut waiting = bytes;
        while let Some((&byte, after)) = waiting.split_first() {
            // Most of a reply stands in texts, and nothing in a text is looked at but its end.
            let plain = self.plain(waiting);
            if plain > 0 {
                let (text, from_here) = waiting.split_at(plain);
                self.keep(text);
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

    /// How many bytes wait for what completes them.
    pub(super) fn held(&self) -> usize {
        self.item.len() + self.rest.len()
    }

    /// The reply without its objects; not JSON if the reply was none, or was cut short.
    pub(super) fn into_rest(mut self) -> Vec<u8> {
        self.rest.append(&mut self.item);
        self.rest
    }

    fn plain(&self, bytes: &[u8]) -> usize {
        if !self.in_string || self.escaped {
            return 0;
        }
        memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len())
    }

    /// Takes one byte; whether an object is complete.
    fn step(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            self.keep(&[byte]);
            return false;
        }
        let between_items = self.inside && self.depth == AROUND + 1;
        match byte {
            b'"' => self.in_string = true,
            b'[' if !self.inside && self.depth == AROUND && self.follows_key() => {
                self.rest.push(byte);
                self.depth = AROUND + 1;
                self.inside = true;
                return false;
            }
            b'{' | b'[' => self.depth += 1,
            b']' if between_items => {
                self.inside = false;
                self.depth = AROUND;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.keep(&[byte]);
                return self.inside && self.depth == AROUND + 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if between_items => return false,
            _ => {}
        }
        self.keep(&[byte]);
        false
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.inside {
            self.item.extend_from_slice(bytes);
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn follows_key(&self) -> bool {
        let before = self.rest.trim_ascii_end().strip_suffix(b":");
        before.is_some_and(|before| before.trim_ascii_end().ends_with(KEY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn split(text: &str, chunk: usize) -> (Vec<Value>, Vec<u8>) {
        let mut items = Items::default();
        let mut found = Vec::new();
        for bytes in text.as_bytes().chunks(chunk) {
            items
                .feed(bytes, |item| {
                    found.push(serde_json::from_slice(item)?);
                    Ok::<(), serde_json::Error>(())
                })
                .unwrap();
        }
        (found, items.into_rest())
    }

    proptest! {
        /// However the network cuts a reply, and whatever its texts hold, the objects come out as they went in.
        #[test]
        fn objects_survive_any_cut(
            texts in prop::collection::vec("[\\PC\"\\\\{}\\[\\],]{0,12}", 0..6),
            chunk in 1usize..9,
            pretty: bool,
        ) {
            let objects: Vec<Value> = texts
                .iter()
                .map(|text| json!({"dn": text, "properties": {"udm:object": [text, [1]]}}))
                .collect();
            let links = json!({"self": [{"udm:object": [7]}]});
            let reply = json!({"_links": links, "_embedded": {"udm:object": objects}, "results": 3});
            let text = if pretty { serde_json::to_string_pretty(&reply) } else { serde_json::to_string(&reply) };
            let (got, rest) = split(&text.unwrap(), chunk);
            prop_assert_eq!(got, objects);
            let rest: Value = serde_json::from_slice(&rest).unwrap();
            prop_assert_eq!(rest, json!({"_links": links, "_embedded": {"udm:object": []}, "results": 3}));
        }
    }

    /// A reply that ends early, or is a web page, is not taken for a short list.
    #[test]
    fn a_broken_reply_leaves_no_json() {
        for text in [
            r#"{"_embedded":{"udm:object":[{"dn":"1"},{"d"#,
            r#"{"_embedded":{"udm:object":[{"dn":"1"}"#,
            r#"{"_embedded":{"udm:object":[{"dn":"1"}]"#,
            "<html></html>",
            "",
        ] {
            let (_, rest) = split(text, 3);
            assert!(serde_json::from_slice::<Value>(&rest).is_err(), "{text}");
        }
    }
}
