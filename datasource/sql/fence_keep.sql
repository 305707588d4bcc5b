-- What the fence is about to take away, so that it can be given back as it was.
INSERT INTO locum__fence.kept (grantee, grantable)
SELECT coalesce(r.rolname, ''), bool_or(a.is_grantable)
FROM pg_database d
CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT'
  AND a.grantor = d.datdba AND (a.grantee = 0 OR r.rolname = $1)
GROUP BY 1
ON CONFLICT (grantee) DO NOTHING
