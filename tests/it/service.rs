//! The running service, but for minting: what comes after it, who may do what,
//! what anyone may read and verify.

mod api_keys;
mod appeals;
mod belongs;
mod caches;
mod changes;
mod corrected;
mod counts;
mod counts_page;
mod earner_control;
mod files;
mod forged_endorsements;
mod forgotten;
mod keys;
mod ledger;
mod ledger_of_tables;
mod ledger_over_time;
mod lists;
mod manage_links;
mod menus;
mod operations;
mod outages;
mod pages;
mod problems;
mod recognition;
mod recognition_later;
mod replicas;
mod setting_up;
mod standing;
mod tenants;
mod trusted_issuers;
mod vc_api;
mod verify_page;
mod verifying;
mod verifying_in_bulk;
