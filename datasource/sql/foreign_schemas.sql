-- Schemas with tables that are neither the suite's nor Locum's.
SELECT quote_ident(n.nspname), count(*)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'public' AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT LIKE 'locum\_%'
GROUP BY 1 ORDER BY 1
