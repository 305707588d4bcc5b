-- Columns of the application's tables, in order. Domains are taken for what they are made of.
WITH RECURSIVE base AS (
    SELECT a.attrelid, a.attnum, t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typnamespace,
           a.atttypmod AS typmod, t.typnotnull
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
      AND NOT a.attisdropped
    UNION ALL
    SELECT b.attrelid, b.attnum, t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typnamespace,
           b.typtypmod, b.typnotnull OR t.typnotnull
    FROM base b JOIN pg_type t ON t.oid = b.typbasetype
    WHERE b.typtype = 'd'
)
SELECT c.relname, a.attname,
       CASE WHEN b.typnamespace = 'pg_catalog'::regnamespace THEN format_type(b.oid, b.typmod) END,
       format_type(a.atttypid, a.atttypmod),
       a.attnotnull OR b.typnotnull,
       a.attidentity <> '' OR (s.sequence IS NOT NULL AND a.attgenerated = ''),
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
       s.sequence,
       CASE WHEN b.typtype = 'e' THEN 'enum' WHEN element.oid IS NOT NULL THEN 'array' END,
       CASE WHEN element.typtype = 'e' THEN 'enum'
            WHEN element.typtype = 'b' AND element.typnamespace = 'pg_catalog'::regnamespace
            THEN format_type(element.oid, b.typmod) END
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid
JOIN base b ON b.attrelid = a.attrelid AND b.attnum = a.attnum AND b.typtype <> 'd'
LEFT JOIN pg_type element ON element.typarray = b.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN LATERAL (
    -- What the default calls, or for an identity column what the column owns.
    SELECT q.oid::regclass::text AS sequence
    FROM pg_depend p
    JOIN pg_class q ON q.relkind = 'S' AND (
        (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
         AND p.refclassid = 'pg_class'::regclass AND p.refobjid = q.oid)
        OR (a.attidentity <> '' AND p.classid = 'pg_class'::regclass AND p.objid = q.oid
            AND p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid
            AND p.refobjsubid = a.attnum AND p.deptype = 'i'))
    ORDER BY q.oid LIMIT 1
) s ON true
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname COLLATE "C", a.attnum
