"""Values and rules of Nitka; standard library only, no I/O."""
