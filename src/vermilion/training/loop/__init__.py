"""The training itself: its state, its steps, checkpoints, figures and throughput."""
