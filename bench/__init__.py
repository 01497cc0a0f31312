"""What bin/bench runs: ours and the peer's figures, taken in turns in one run against the simulator."""
