-- Ids of openings begin with their moment: an index over moments is one more page to write for nothing.
drop index vault_opening_at;
