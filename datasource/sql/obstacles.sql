-- What the copy has no twin for: name of the finding, object, what it is; and whether DDL given by the
-- suite can stand in for it.
WITH own AS (
    SELECT c.* FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                      AND e.objid = c.oid AND e.deptype = 'e')
)
SELECT CASE relkind WHEN 'v' THEN 'copy-view' WHEN 'm' THEN 'copy-materialized-view'
                    WHEN 'f' THEN 'copy-foreign-table' ELSE 'copy-partitioned-table' END,
       CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
                    WHEN 'f' THEN 'foreign table ' ELSE 'partitioned table ' END || quote_ident(relname),
       relkind IN ('v', 'm')
FROM own WHERE relkind IN ('v', 'm', 'f', 'p') AND NOT relispartition
UNION ALL
SELECT 'copy-inherited-table', 'table ' || quote_ident(o.relname) || ', which inherits from '
       || i.inhparent::regclass::text, false
FROM own o JOIN pg_inherits i ON i.inhrelid = o.oid WHERE o.relkind = 'r' AND NOT o.relispartition
UNION ALL
SELECT 'copy-trigger', 'trigger ' || quote_ident(t.tgname) || ' of table ' || quote_ident(o.relname),
       true
FROM own o JOIN pg_trigger t ON t.tgrelid = o.oid
WHERE o.relkind = 'r' AND NOT t.tgisinternal AND t.tgenabled <> 'D'
UNION ALL
SELECT 'copy-rule', 'rule ' || quote_ident(r.rulename) || ' of table ' || quote_ident(o.relname), true
FROM own o JOIN pg_rewrite r ON r.ev_class = o.oid WHERE o.relkind = 'r'
UNION ALL
SELECT 'copy-row-security', 'row security of table ' || quote_ident(relname), false
FROM own WHERE relkind = 'r' AND relrowsecurity
UNION ALL
SELECT 'copy-no-column', 'table ' || quote_ident(o.relname) || ' without a column', false
FROM own o WHERE o.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attnum > 0
                  AND NOT a.attisdropped)
UNION ALL
SELECT 'copy-foreign-key', 'foreign key ' || quote_ident(k.conname) || ' of table '
       || quote_ident(o.relname) || ' to ' || k.confrelid::regclass::text, false
FROM own o JOIN pg_constraint k ON k.conrelid = o.oid AND k.contype = 'f'
WHERE o.relkind = 'r' AND k.confrelid NOT IN (SELECT oid FROM own WHERE relkind = 'r')
UNION ALL
SELECT 'copy-collation', 'column ' || quote_ident(o.relname) || '.' || quote_ident(a.attname)
       || ' with collation ' || quote_ident(l.collname) || ', in which different texts are equal', true
FROM own o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0
JOIN pg_collation l ON l.oid = a.attcollation AND NOT l.collisdeterministic
WHERE o.relkind = 'r'
UNION ALL
SELECT 'copy-large-object', count(*) || ' large object(s)', false
FROM pg_largeobject_metadata HAVING count(*) > 0
ORDER BY 1, 2
