"""What goes wrong outside, in the middle and on purpose: nothing lost, nothing doubled."""
