//! issue

pub mod compose;
pub mod request;
