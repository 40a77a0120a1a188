"""HTTP about no subject: who calls, what is malformed, what is refused, how fresh it is."""
