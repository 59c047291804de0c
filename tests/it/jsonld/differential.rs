//! Real-shaped documents, against oxjsonld and oxrdf.
