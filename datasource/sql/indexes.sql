-- Indexes on plain columns of all rows, one row a column, without those of primary keys. Others
-- (partial, on expressions, of other kinds) only make PostgreSQL faster or are told as findings.
SELECT c.relname, x.relname, i.indisunique, a.attname
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS u(number, place)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT i.indisprimary
  AND i.indisvalid AND i.indexprs IS NULL AND i.indpred IS NULL AND m.amname IN ('btree', 'hash')
  AND u.place <= i.indnkeyatts
ORDER BY c.relname COLLATE "C", x.relname COLLATE "C", u.place
