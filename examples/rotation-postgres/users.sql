-- What alternating users need, made once by whoever may create roles. The two have what was granted to `payments`; tables
-- that they make should belong to it, too (`SET ROLE payments`).
CREATE ROLE payments NOLOGIN;
CREATE ROLE payments_a LOGIN IN ROLE payments;
-- Without a password it can't log in. The first rotation gives it one.
CREATE ROLE payments_b LOGIN IN ROLE payments;

CREATE SCHEMA rotation;
-- Runs as the role that makes it. A verifier of NULL ends the password.
CREATE FUNCTION rotation.set_password(who text, verifier text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF who NOT IN ('payments_a', 'payments_b') THEN
    RAISE EXCEPTION 'this function sets the passwords of two users only';
  END IF;
  EXECUTE format('ALTER ROLE %I PASSWORD %L', who, verifier);
END $$;
REVOKE EXECUTE ON FUNCTION rotation.set_password FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotation.set_password TO payments_a, payments_b;
GRANT USAGE ON SCHEMA rotation TO payments_a, payments_b;
