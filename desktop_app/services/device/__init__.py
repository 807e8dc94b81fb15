"""The model on this machine: its weights, its process, and its adapter."""
