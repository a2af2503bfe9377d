"""The burnt-in clock: what its roll-overs say of the recording's clock."""
