"""Made cases with known truth, and the calibration that scores the engine on them."""
