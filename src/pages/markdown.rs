//! Markdown of strangers as a little markup of ours.
//! Spec: <https://spec.commonmark.org/0.31.2/>
//!
//! Invariant: each tag that is written stands in this file. HTML in the Markdown is shown as the
//! text that it is, an image as the words that describe it, and only `https:` links lead anywhere.

use askama::filters::Escaper as _;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::escape::Plain;

/// More nesting than this is no text that anybody writes.
const DEEPEST: usize = 24;

/// Markup, safe to stand inside of a `<div>`.
pub fn html(markdown: &str) -> String {
    let mut page = Page::default();
    for event in Parser::new_ext(markdown, Options::empty()) {
        page.write(event);
    }
    page.html
}

#[derive(Default)]
struct Page {
    html: String,
    /// What closes the elements that are open; empty for what opens none.
    open: Vec<&'static str>,
}

impl Page {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => {
                let end = self.open.pop().unwrap_or_default();
                self.html.push_str(end);
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => {
                self.html.push_str("<code>");
                self.text(&code);
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak | Event::Rule => self.html.push_str("<br>"),
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let (start, end) = match tag {
            _ if self.open.len() >= DEEPEST => ("", ""),
            Tag::Paragraph | Tag::HtmlBlock => ("<p>", "</p>"),
            // The page has headings of its own.
            Tag::Heading { .. } => ("<p><strong>", "</strong></p>"),
            Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>"),
            Tag::CodeBlock(_) => ("<pre><code>", "</code></pre>"),
            Tag::List(None) => ("<ul>", "</ul>"),
            Tag::List(Some(_)) => ("<ol>", "</ol>"),
            Tag::Item => ("<li>", "</li>"),
            Tag::Emphasis => ("<em>", "</em>"),
            Tag::Strong => ("<strong>", "</strong>"),
            Tag::Link { dest_url, .. } if dest_url.starts_with("https://") => {
                self.html.push_str("<a rel=\"noreferrer nofollow\" href=\"");
                self.text(dest_url);
                ("\">", "</a>")
            }
            _ => ("", ""),
        };
        self.html.push_str(start);
        self.open.push(end);
    }

    fn text(&mut self, text: &str) {
        Plain.write_escaped_str(&mut self.html, text).expect("a String takes any text");
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn what_people_write_looks_as_they_meant_it() {
        assert_eq!(
            html(
                "# Do\n\n1. *Plan* a **circle**\n2. `note` it\n\n[rules](https://x.example/?a=1&b)"
            ),
            "<p><strong>Do</strong></p><ol><li><em>Plan</em> a <strong>circle</strong></li>\
             <li><code>note</code> it</li></ol><p>\
             <a rel=\"noreferrer nofollow\" href=\"https://x.example/?a=1&#38;b\">rules</a></p>"
        );
    }

    #[test]
    fn nothing_in_it_becomes_markup_that_is_not_ours() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1)) [y](data:text/html,z) <javascript:alert(1)>",
            "![words](https://evil.example/pixel.png)",
            "[x](https://a.example/\"onclick=alert(1))",
            "[q]: javascript:alert(1)\n[q]",
        ] {
            let page = html(text);
            for bad in ["<script", "<img", "href=\"java", "href=\"data", "\"onclick", "pixel.png"] {
                assert!(!page.contains(bad), "{text}: {page}");
            }
        }
        assert!(html("![words](https://evil.example/p.png)").contains("words"));
        assert!(html("<b>whole</b>").contains("&#60;b&#62;whole&#60;/b&#62;"));
    }

    #[test]
    fn deep_nesting_ends_and_every_element_is_closed() {
        let page = html(&format!("{}x", "> ".repeat(1000)));
        assert_eq!(page.matches("<blockquote>").count(), page.matches("</blockquote>").count());
        assert!(page.matches("<blockquote>").count() <= super::DEEPEST);
        assert!(page.contains('x'));
    }
}
