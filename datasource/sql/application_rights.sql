-- Statements, each of which takes back one right that the account ($1) has in schema public.
WITH rights (right_name, object, acl) AS (
    SELECT 'REVOKE %s ON SCHEMA ', 'public', n.nspacl FROM pg_namespace n WHERE n.nspname = 'public'
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'REVOKE %s ON SEQUENCE ' ELSE 'REVOKE %s ON TABLE ' END,
           'public.' || quote_ident(c.relname), c.relacl
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE %s ON ',
           CASE d.defaclobjtype WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END, d.defaclacl
    FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole AND r.rolname = current_user
    WHERE d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype IN ('r', 'S')
)
SELECT format(right_name, a.privilege_type) || object || ' FROM ' || quote_ident(g.rolname)
FROM rights CROSS JOIN LATERAL aclexplode(acl) a JOIN pg_roles g ON g.oid = a.grantee
WHERE g.rolname = $1::text
ORDER BY 1
