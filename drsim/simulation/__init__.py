"""From numbered noise to trajectories: draws, the engine, levels."""
