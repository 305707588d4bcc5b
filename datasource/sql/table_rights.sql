-- The tables of schema public: whether the account ($1) may do anything with it, and change anything in it.
SELECT quote_ident(c.relname),
       has_schema_privilege($1::text, 'public', 'USAGE')
           AND has_table_privilege($1::text, c.oid, 'SELECT, INSERT, UPDATE, DELETE'),
       has_schema_privilege($1::text, 'public', 'USAGE')
           AND has_table_privilege($1::text, c.oid, 'INSERT, UPDATE, DELETE')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY 1
