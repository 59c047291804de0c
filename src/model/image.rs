//! `Image`: the picture of an achievement or a profile.
//!
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#image>

use serde::{Deserialize, Serialize};

use super::fault::Faults;

/// The longest data URL of a picture, in bytes.
const MAX_PICTURE: usize = 512 * 1024;

/// A picture: a link, or the picture itself as a data URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// `https:` or `data:image/png;base64,…` or `data:image/svg+xml;base64,…`
    pub id: String,
    #[serde(rename = "type", default = "Image::type_name")]
    #[schema(default = "Image")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Image {
    pub fn new(id: String, caption: String) -> Self {
        Self { id, kind: Self::type_name(), caption: Some(caption) }
    }

    fn type_name() -> String {
        "Image".into()
    }

    pub fn check(&self, pointer: &str, faults: &mut Faults) {
        if self.kind != "Image" {
            faults.add(
                format!("{pointer}/type"),
                "unknown-type",
                "the type of a picture is \"Image\"",
            );
        }
        let at = format!("{pointer}/id");
        let data = ["data:image/png;base64,", "data:image/svg+xml;base64,"];
        let base64 = data.iter().find_map(|prefix| self.id.strip_prefix(prefix));
        let is_base64 = |text: &str| {
            let digits = text.trim_end_matches('=');
            !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
        };
        if !self.id.starts_with("data:") {
            faults.https_url(&at, &self.id);
        } else if self.id.len() > MAX_PICTURE {
            let detail = "a picture as a data URL may have 512 KiB, since every credential carries \
                          it; make it smaller, or give a link";
            faults.add(at, "too-long", detail);
        } else if !base64.is_some_and(is_base64) {
            faults.add(at, "unknown-picture", "a picture as a data URL is base64 PNG or SVG");
        }
        faults.optional_text(&format!("{pointer}/caption"), self.caption.as_ref(), 500);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(id: &str) -> Vec<String> {
        let mut faults = Faults::default();
        Image::new(id.into(), "A circle".into()).check("/image", &mut faults);
        faults.into_vec().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_picture_is_a_link_or_base64_of_a_known_kind() {
        for fine in ["https://nea.example/i.png", "data:image/svg+xml;base64,PHN2Zy8+"] {
            assert!(pointers(fine).is_empty(), "{fine}");
        }
        let long = format!("data:image/png;base64,{}", "A".repeat(MAX_PICTURE));
        for wrong in ["i.png", "data:image/gif;base64,AA", "data:image/png;base64,<script>", &long]
        {
            assert_eq!(pointers(wrong), ["/image/id"], "{wrong:.40}");
        }
    }
}
