"""The rules of the money side of an order: frozen values and pure functions.

Standard library only, and no clock, file, environment or random number: whoever calls passes
`today` in. That keeps every rule testable in microseconds and safe inside a workflow.
"""
