-- What is in schema public, and what extensions put there: kind and name as DROP takes them, in an order
-- in which they can be dropped. Without what comes and goes with another object: row and array types, the
-- sequences of columns, what an extension made.
WITH own (catalog, id) AS (
    SELECT 'pg_class'::regclass, oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oprnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE collnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE cfgnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE extnamespace = 'public'::regnamespace
)
SELECT i.type, i.identity
FROM own CROSS JOIN LATERAL pg_identify_object(own.catalog, own.id, 0) i
WHERE NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = own.catalog AND d.objid = own.id AND d.objsubid = 0
                    AND (d.deptype IN ('e', 'i') OR (d.deptype = 'a' AND i.type = 'sequence')))
ORDER BY array_position(ARRAY['view', 'materialized view', 'table', 'foreign table', 'sequence', 'operator',
                              'aggregate', 'function', 'procedure', 'type'], i.type),
         i.type COLLATE "C", i.identity COLLATE "C"
