//! Finds the `type` and `id` of a frame without parsing it: cheap enough for frames that are refused unread.
//! Looks at the first 512 bytes only, and allocates only for a found value.

use serde_json::Value;

use super::json;

/// Bytes of a frame that are looked at.
const WINDOW: usize = 512;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The top-level `type` and `id` that lie whole in the first 512 bytes. The last of two equal keys counts, as when the
/// frame is parsed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Peek {
    pub(super) kind: Option<Value>,
    pub(super) id: Option<Value>,
}

/// Looks for the two keys. Never fails: what is not JSON has none.
pub(super) fn peek(frame: &[u8]) -> Peek {
    let text = frame.strip_prefix(BYTE_ORDER_MARK).unwrap_or(frame);
    let mut scan = Scan { text: &text[..text.len().min(WINDOW)], place: 0 };
    let mut found = Peek::default();
    let _ = scan.object(&mut found);
    found
}

struct Scan<'a> {
    text: &'a [u8],
    place: usize,
}

impl<'a> Scan<'a> {
    /// `None` at the end of the window, or where the text is not JSON.
    fn object(&mut self, found: &mut Peek) -> Option<()> {
        self.expect(b'{')?;
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            let value = self.value()?;
            match json::parse(key).ok()?.as_str()? {
                "type" => found.kind = json::parse(value).ok(),
                "id" => found.id = json::parse(value).ok(),
                _ => {}
            }
            self.expect(b',')?;
        }
    }

    /// The text of the next value. A number counts only if its end is in the window.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let start = self.place;
        match self.text.get(start)? {
            b'"' => return self.string(),
            b'{' | b'[' => self.nested()?,
            _ => {
                let rest = self.text.get(start..)?;
                self.place += rest.iter().position(|byte| b",}] \t\r\n".contains(byte))?;
            }
        }
        self.text.get(start..self.place)
    }

    /// Passes over an object or an array, however deep: counts brackets, without recursion.
    fn nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.text.get(self.place)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.place += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// The text of the next string, with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.place - 1;
        loop {
            let byte = *self.text.get(self.place)?;
            self.place += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return self.text.get(start..self.place);
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        let is_next = *self.text.get(self.place)? == byte;
        self.place += usize::from(is_next);
        is_next.then_some(())
    }

    fn skip_space(&mut self) {
        while self.text.get(self.place).is_some_and(|byte| b" \t\r\n".contains(byte)) {
            self.place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn found(kind: Value, id: Value) -> Peek {
        Peek { kind: Some(kind).filter(|kind| !kind.is_null()), id: Some(id).filter(|id| !id.is_null()) }
    }

    #[test]
    fn frames_of_odd_shapes() {
        let late = format!(r#"{{"type":"a","params":{{"x":"{}"}},"id":7}}"#, "x".repeat(WINDOW));
        for (frame, expected) in [
            (r#"{"params":{"id":1,"type":"b"},"type":"a","id":7}"#, found(json!("a"), json!(7))),
            (r#" { "id" : "\"id\":8" , "type" : "a" } "#, found(json!("a"), json!("\"id\":8"))),
            (r#"{"x":["}",{"id":"\\"}],"\u0069d":7}"#, found(Value::Null, json!(7))),
            ("\u{feff}{\"id\":7,\"id\":8}", found(Value::Null, json!(8))),
            (&late, found(json!("a"), Value::Null)),
            (r#"["id",7]"#, Peek::default()),
            (r#"{"id":7"#, Peek::default()),
            (r#"{"x":]"#, Peek::default()),
            ("", Peek::default()),
        ] {
            assert_eq!(peek(frame.as_bytes()), expected, "{frame}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
            peek(&bytes);
        }

        #[test]
        fn no_brackets_and_quotes_make_it_panic(text in r#"\{?[\[\]{}":,\\a1 ]{0,40}"#) {
            peek(text.as_bytes());
        }

        #[test]
        fn it_agrees_with_the_parser(kind in "\\PC{0,20}", id in "\\PC{0,20}", other in "\\PC{0,20}", number in any::<i64>()) {
            for id in [json!(id), json!(number)] {
                let frame = json!({ "params": { "id": other, "type": [other] }, "id": id, "type": kind });
                prop_assert_eq!(peek(frame.to_string().as_bytes()), found(json!(kind), id));
            }
        }
    }
}
