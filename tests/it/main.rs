//! The one integration binary: a module a subject.

mod support;

mod baked;
mod browser;
mod budget;
mod caches;
mod cli;
mod data_integrity;
mod eddsa_jcs_2022;
mod floors;
mod fuzz;
mod interop;
mod jsonld;
mod links;
mod messages;
mod mint;
mod one_byte;
mod open_badges;
mod open_badges_2;
mod openapi;
mod readme;
mod recognition;
mod service;
mod store;
mod vectors;
mod verify;
mod wycheproof;
