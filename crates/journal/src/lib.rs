//! Append-only evidence: events, Merkle tree, checkpoints, proofs, receipts, outbox.
