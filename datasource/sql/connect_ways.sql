-- Why the account may connect to this database: the ways that REVOKE from it and PUBLIC leaves open.
SELECT 'it is a superuser' FROM pg_roles WHERE rolname = $1 AND rolsuper
UNION ALL
SELECT 'it is a member of role ' || quote_ident(r.rolname)
FROM pg_database d
CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT'
  AND r.rolname <> $1 AND pg_has_role($1::name, r.oid, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND rolsuper)
UNION ALL
SELECT 'it has the right from ' || quote_ident(g.rolname)
FROM pg_database d
CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
JOIN pg_roles g ON g.oid = a.grantor
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT'
  AND a.grantor <> d.datdba AND (a.grantee = 0 OR r.rolname = $1)
