"""plaza: a multi-vendor marketplace backend."""
