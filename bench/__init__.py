"""What we measure, and against what. Figures are printed as ratios taken in one run: this machine is not yours."""
