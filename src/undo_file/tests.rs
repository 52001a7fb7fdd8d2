//! What is written is what is read.
