"""The steps that touch the world. Each may run twice; its effect happens once."""
