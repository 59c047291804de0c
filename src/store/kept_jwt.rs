//! A credential's JWT as it is kept: without what its payload repeats of the form with an embedded
//! proof, which is most of it. A row is little more than half as long.
//!
//! `HEADER.PAYLOAD.SIGNATURE` is kept as `HEADER.LENGTH~REST.SIGNATURE`: the payload begins with so
//! many bytes of the other form, and REST is what follows them, in base64url. A JWT has no tilde, so
//! that one that is kept whole is told apart. Invariant: what is read is what was recorded, byte for
//! byte; a JWT that could not be put together again is kept whole.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// What is not worth the trouble, in bytes.
const LEAST: usize = 64;

/// How `jwt` is kept beside `embedded`.
pub fn pack<'j>(embedded: &str, jwt: &'j str) -> Cow<'j, str> {
    shortened(embedded, jwt).map_or(Cow::Borrowed(jwt), Cow::Owned)
}

fn shortened(embedded: &str, jwt: &str) -> Option<String> {
    let (header, payload, signature) = parts(jwt)?;
    // Decoding refuses every spelling but the one that encoding gives.
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    let same = payload.iter().zip(embedded.as_bytes()).take_while(|(a, b)| a == b).count();
    let rest = BASE64_URL_SAFE_NO_PAD.encode(&payload[same..]);
    (same >= LEAST).then(|| format!("{header}.{same}~{rest}.{signature}"))
}

/// The JWT that was packed; `None` where the two do not belong together.
pub fn unpack(embedded: &str, kept: String) -> Option<String> {
    let Some((header, middle, signature)) = parts(&kept) else { return Some(kept) };
    let Some((same, rest)) = middle.split_once('~') else { return Some(kept) };
    let mut payload = embedded.as_bytes().get(..same.parse().ok()?)?.to_vec();
    BASE64_URL_SAFE_NO_PAD.decode_vec(rest, &mut payload).ok()?;
    let mut jwt = String::with_capacity(kept.len() + payload.len() * 4 / 3);
    jwt.push_str(header);
    jwt.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(&payload, &mut jwt);
    jwt.push('.');
    jwt.push_str(signature);
    Some(jwt)
}

fn parts(jwt: &str) -> Option<(&str, &str, &str)> {
    let (header, rest) = jwt.split_once('.')?;
    let (payload, signature) = rest.split_once('.')?;
    Some((header, payload, signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        format!("eyJ9.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn what_is_read_is_what_was_recorded() {
        let body = format!(r#"{{"name":"{}é","b":1"#, "a".repeat(4000));
        let embedded = format!(r#"{body},"proof":[{{"type":"X"}}]}}"#);
        for payload in [
            format!(r#"{body},"iss":"did:web:a","nbf":1}}"#),
            format!("{body}}}"),
            embedded.clone(),
            format!("{embedded} "),
            body[..LEAST].to_owned(),
        ] {
            let whole = jwt(&payload);
            let kept = pack(&embedded, &whole).into_owned();
            assert!(kept.contains('~') && kept.len() < 400, "{kept}");
            assert_eq!(unpack(&embedded, kept).as_deref(), Some(&*whole));
        }
    }

    #[test]
    fn what_could_not_be_put_together_again_is_kept_whole() {
        let embedded = format!(r#"{{"name":"{}"}}"#, "a".repeat(200));
        // The last letter before the signature has bits that stand for nothing.
        let odd = jwt(&format!("{embedded} "));
        let at = odd.rfind('.').expect("it has stops") - 1;
        let other = if odd.as_bytes()[at] == b'B' { "C" } else { "B" };
        let odd = format!("{}{other}{}", &odd[..at], &odd[at + 1..]);
        for whole in [
            "".to_owned(),
            "no JWT".to_owned(),
            jwt(&format!(" {embedded}")),
            jwt(&embedded) + "~",
            format!("a.{}=.b", BASE64_URL_SAFE_NO_PAD.encode(&embedded)),
            odd,
        ] {
            let kept = pack(&embedded, &whole).into_owned();
            assert_eq!(unpack(&embedded, kept).as_deref(), Some(&*whole));
        }
        assert_eq!(pack(&embedded, &jwt(&format!(" {embedded}"))), jwt(&format!(" {embedded}")));
    }

    #[test]
    fn a_row_whose_forms_do_not_belong_together_is_not_read() {
        for kept in ["h.900~YQ.s", "h.x~YQ.s", "h.1~Y=.s"] {
            assert_eq!(unpack("{}", kept.into()), None, "{kept}");
        }
    }
}
