-- Primary and foreign keys, one row a column.
SELECT c.relname, k.conname, k.contype, a.attname, r.relname, f.attname, k.confdeltype,
       k.confupdtype, k.condeferred
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
CROSS JOIN LATERAL unnest(k.conkey, coalesce(k.confkey, k.conkey))
    WITH ORDINALITY AS u(here, there, place)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.here
LEFT JOIN pg_class r ON r.oid = k.confrelid
LEFT JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = u.there
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND k.contype IN ('p', 'f')
ORDER BY c.relname COLLATE "C", k.conname COLLATE "C", u.place
