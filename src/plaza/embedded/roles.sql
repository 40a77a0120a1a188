-- The roles that plaza works with. They belong to the whole cluster, so they are made once, under a
-- lock. On a server of your own: run this as a superuser, give plaza_owner a password, and make the
-- database with `CREATE DATABASE plaza OWNER plaza_owner`.
DO $$
DECLARE
  working_role text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plaza.roles', 0));
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plaza_owner') THEN
    CREATE ROLE plaza_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
  FOREACH working_role IN ARRAY ARRAY['plaza_app', 'plaza_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = working_role) THEN
      EXECUTE format(
        'CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', working_role
      );
    END IF;
    IF NOT pg_has_role('plaza_owner', working_role, 'SET') THEN
      EXECUTE format('GRANT %I TO plaza_owner', working_role);
    END IF;
  END LOOP;
END
$$;
