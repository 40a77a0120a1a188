"""Who sells here, for everybody: approved vendors only."""
